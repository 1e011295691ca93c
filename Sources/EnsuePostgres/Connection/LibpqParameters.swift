internal import CLibpq
internal import Ensue
internal import Foundation

/// What libpq makes of an address.
enum LibpqParameters {
    /// The address's parameters and, where it and the environment say nothing, ours.
    static func parse(_ parts: AddressParts) throws -> [String: String] {
        var message: UnsafeMutablePointer<CChar>?
        let options = parts.libpq.withCString { PQconninfoParse($0, &message) }
        defer {
            PQconninfoFree(options)
            PQfreemem(message)
        }
        guard let options else {
            let text = message.map { String(cString: $0) } ?? "libpq cannot read it"
            throw ConnectionOptions.refused(parts.withoutSecrets(text))
        }
        let environment = ProcessInfo.processInfo.environment
        var parameters: [String: String] = [:]
        for option in all(options) {
            let isInEnvironment = option.variable.map { environment[$0] != nil } ?? false
            let ours = isInEnvironment ? nil : ConnectionOptions.defaults[option.keyword]
            parameters[option.keyword] = option.value ?? ours
        }
        try check(parameters)
        parameters["client_encoding"] = "UTF8"
        return parameters
    }

    /// What libpq takes from the environment or knows itself.
    static var defaults: [String: String] {
        guard let options = PQconndefaults() else { return [:] }
        defer { PQconninfoFree(options) }
        let pairs = all(options).compactMap { option in option.value.map { (option.keyword, $0) } }
        return Dictionary(pairs) { $1 }
    }

    /// What libpq would find out later only, and then quote.
    private static func check(_ parameters: [String: String]) throws {
        let ports = (parameters["port"] ?? "").split(separator: ",")
        guard ports.allSatisfy({ UInt16($0) != nil }) else {
            throw ConnectionOptions.refused(
                "the port is not a number from 0 to 65535 (in a password, / is written %2F, @ %40 and : %3A)")
        }
        let encoding = parameters["client_encoding"]?.lowercased().filter(\.isLetter) ?? "utf"
        guard encoding == "utf" || encoding == "unicode" || encoding == "auto" else {
            throw ConnectionOptions.refused("client_encoding must be UTF8")
        }
    }

    private static func all(
        _ options: UnsafeMutablePointer<PQconninfoOption>
    ) -> [(keyword: String, variable: String?, value: String?)] {
        var all: [(keyword: String, variable: String?, value: String?)] = []
        var next = options
        while let keyword = next.pointee.keyword {
            let variable = next.pointee.envvar.map { String(cString: $0) }
            all.append((String(cString: keyword), variable, next.pointee.val.map { String(cString: $0) }))
            next += 1
        }
        return all
    }
}

extension ConnectionOptions {
    /// Gives `body` the parameters as `PQconnectdbParams` takes them; they live as long as the call.
    func withPointers<Value>(
        _ body: (UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<UnsafePointer<CChar>?>) -> Value?
    ) -> Value? {
        let copies = parameters.map { (strdup($0.key), strdup($0.value)) }
        defer {
            for (name, value) in copies {
                free(name)
                free(value)
            }
        }
        let names = copies.map { UnsafePointer($0.0) } + [nil]
        let values = copies.map { UnsafePointer($0.1) } + [nil]
        return names.withUnsafeBufferPointer { names in
            values.withUnsafeBufferPointer { values in
                guard let names = names.baseAddress, let values = values.baseAddress else { return nil }
                return body(names, values)
            }
        }
    }
}
