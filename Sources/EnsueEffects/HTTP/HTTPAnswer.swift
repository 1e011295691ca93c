internal import Ensue
internal import Foundation
internal import NIOHTTP1

/// What a server answered, and what follows from it.
struct HTTPAnswer {
    let status: HTTPResponseStatus
    let headers: HTTPHeaders
    var body: [UInt8] = []
    var isTruncated = false

    /// How much is read of a body that is only going to be quoted.
    static let excerptLimit = 1024

    /// The output of a success. Throws ``RetryLater`` for what may be better next time, and ``Rejection`` for the rest.
    func output(from host: String, at now: Timestamp) throws -> SendHTTPRequest.Output {
        let account = "\(host) answered \(status.code) \(status.reasonPhrase)"
        switch status.code {
        case 200...299: return output
        case 300...399:
            let location = headers.first(name: "Location").map { ": it points to \(excerpt($0))" } ?? ""
            throw Rejection("\(account)\(location); redirects are not followed")
        case 408, 425, 429, 500...:
            throw RetryLater(account + quote, after: RetryAfter.delay(headers.first(name: "Retry-After"), at: now))
        default: throw Rejection(account + quote)
        }
    }

    private var output: SendHTTPRequest.Output {
        let pairs = headers.map { ($0.name.lowercased(), $0.value) }
        let (body, isText) = content
        return SendHTTPRequest.Output(
            status: Int(status.code), headers: Dictionary(pairs) { "\($0), \($1)" }, body: body,
            encoding: isText ? nil : "base64", truncated: isTruncated ? true : nil)
    }

    private var content: (JSONValue, isText: Bool) {
        if isJSON, !isTruncated, let value = parsed { return (value, true) }
        // The limit may have cut a character in two.
        for cut in isTruncated ? 0...3 : 0...0 {
            if let text = String(validating: body.dropLast(cut), as: UTF8.self) { return (.string(text), true) }
        }
        return (.string(Data(body).base64EncodedString()), false)
    }

    private var parsed: JSONValue? {
        do { return try JSONValue(parsing: body) } catch { return nil }
    }

    private var isJSON: Bool {
        let type = headers.first(name: "Content-Type")?.prefix { $0 != ";" }
        guard let type = type?.trimmingCharacters(in: .whitespaces).lowercased() else { return false }
        return type == "application/json" || type == "text/json" || type.hasSuffix("+json")
    }

    private var quote: String {
        let start = excerpt(String(decoding: body, as: UTF8.self))
        return start.isEmpty ? "" : ": \(start)"
    }

    /// The start of a text from outside, on one line.
    private func excerpt(_ text: String) -> String {
        let line = text.split {
            $0.isWhitespace || $0.unicodeScalars.contains { $0.properties.generalCategory == .control }
        }
        .joined(separator: " ")
        return line.count > 200 ? "\(line.prefix(200))…" : line
    }
}
