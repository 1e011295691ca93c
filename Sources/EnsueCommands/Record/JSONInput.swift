internal import ArgumentParser
internal import Ensue
internal import Foundation

/// Where JSON for a command comes from: the argument itself, a file named behind `@`, or the standard input for `-`.
struct JSONInput: ExpressibleByArgument, Sendable {
    static let forms = "JSON, @FILE, or - for the standard input"

    private let argument: String

    init(argument: String) { self.argument = argument }

    /// The document; `name` is what messages call it.
    func document(_ name: String) throws -> JSONText {
        let text = argument == "-" || argument.hasPrefix("@") ? try Self.contents(argument) : argument
        do { return try JSONText(parsing: text) } catch {
            let hint = argument == text ? " A text needs quotes of its own: '\"…\"'." : ""
            throw ValidationError("\(name) is not JSON: \(error).\(hint)")
        }
    }

    /// A whole file; `-` is the standard input, and a leading `@` is left out.
    static func contents(_ path: String) throws -> String {
        let path = path.hasPrefix("@") ? String(path.dropFirst()) : path
        let bytes: Data?
        do {
            let file =
                path == "-" ? FileHandle.standardInput : try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            bytes = try file.readToEnd()
        } catch {
            let isThere = FileManager.default.fileExists(atPath: path)
            throw ValidationError("cannot read '\(path)': \(isThere ? "\(error)" : "there is no such file")")
        }
        return String(decoding: bytes ?? Data(), as: UTF8.self)
    }
}
