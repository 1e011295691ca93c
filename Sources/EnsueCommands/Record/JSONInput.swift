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
            let isBare = text.wholeMatch(of: /[\p{L}_][^{}\[\]":]*/) != nil
            let hint = argument == text && isBare ? " A text needs quotes of its own: '\"…\"'." : ""
            throw CommandFailure(
                "\(name) is not JSON: \(error).\(hint)", status: argument == text ? .misunderstood : .failed)
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
            throw CommandFailure("cannot read '\(path)': \(Self.obstacle(at: path) ?? error.localizedDescription)")
        }
        return String(decoding: bytes ?? Data(), as: UTF8.self)
    }

    /// Why a file cannot be read, if that can be seen from without.
    static func obstacle(at path: String) -> String? {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            return "there is no such file"
        }
        if isFolder.boolValue { return "it is a directory" }
        return FileManager.default.isReadableFile(atPath: path) ? nil : "this user may not read it"
    }
}
