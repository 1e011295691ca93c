internal import Ensue
internal import Foundation

/// An address taken apart: what libpq is to see, and the parameters that are ours, `ensue_…`.
struct AddressParts {
    private(set) var libpq: String
    private(set) var ours: [(name: String, value: String)] = []
    private let isURI: Bool

    init(_ address: String) throws {
        isURI = ["postgres://", "postgresql://"].contains { address.hasPrefix($0) }
        libpq = address
        guard !address.utf8.contains(0) else { throw ConnectionOptions.refused("it has a zero byte") }
        if isURI { try takeFromURI() } else { takeFromKeywords() }
    }

    // MARK: URI

    private mutating func takeFromURI() throws {
        guard let scheme = libpq.range(of: "://") else { return }
        // As libpq does it: credentials end at the first @ unless there is a / before it.
        var rest = libpq[scheme.upperBound...]
        if let end = rest.firstIndex(where: { $0 == "@" || $0 == "/" }), rest[end] == "@" {
            rest = rest[rest.index(after: end)...]
        }
        let query = rest.firstIndex(of: "?")
        guard !rest[..<(query ?? rest.endIndex)].contains("@") else {
            throw ConnectionOptions.refused(
                "there is an @ where none belongs (in a password, / is written %2F, @ %40 and : %3A)")
        }
        guard let query else { return }
        var kept: [Substring] = []
        for pair in rest[rest.index(after: query)...].split(separator: "&", omittingEmptySubsequences: false) {
            guard pair.hasPrefix("ensue_") else {
                kept.append(pair)
                continue
            }
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(halves[0])
            guard halves.count == 2, let value = String(halves[1]).removingPercentEncoding else {
                throw ConnectionOptions.refused("\(name) has no value, or one with a % that is not written %25")
            }
            ours.append((name, value))
        }
        libpq = libpq[..<query] + (kept.isEmpty ? "" : "?" + kept.joined(separator: "&"))
    }

    // MARK: Keywords

    /// What cannot be read is left for libpq to complain about.
    private mutating func takeFromKeywords() {
        var kept = ""
        var rest = libpq[...]
        while let setting = Self.nextSetting(&rest) {
            if setting.name.hasPrefix("ensue_") {
                ours.append((setting.name, setting.value))
            } else {
                kept += setting.source + " "
            }
        }
        libpq = kept + rest
    }

    /// `name = value`, the value perhaps in quotes, `\` before what is to be taken as it is.
    private static func nextSetting(_ rest: inout Substring) -> (name: String, value: String, source: Substring)? {
        let start = rest.drop { $0.isWhitespace }
        let name = start.prefix { $0 != "=" && !$0.isWhitespace }
        var tail = start[name.endIndex...].drop { $0.isWhitespace }
        guard !name.isEmpty, tail.popFirst() == "=" else { return nil }
        tail = tail.drop { $0.isWhitespace }
        let isQuoted = tail.first == "'"
        if isQuoted { tail.removeFirst() }
        var value = ""
        var isClosed = !isQuoted
        while let character = tail.first {
            if !isQuoted && character.isWhitespace { break }
            tail.removeFirst()
            if isQuoted && character == "'" {
                isClosed = true
                break
            }
            guard character == "\\" else {
                value.append(character)
                continue
            }
            if let escaped = tail.popFirst() { value.append(escaped) }
        }
        guard isClosed else { return nil }
        defer { rest = tail }
        return (String(name), value, start[..<tail.startIndex])
    }

    // MARK: Secrets

    /// What libpq says, without what it quotes unless that cannot be part of a password.
    func withoutSecrets(_ message: String) -> String {
        let text = message.split(whereSeparator: \.isNewline).joined(separator: " ")
        let isHarmless = isURI ? text.contains("query parameter") : !libpq.lowercased().contains("password")
        guard !isHarmless else { return text }
        let pieces = text.split(separator: "\"", omittingEmptySubsequences: false)
        return pieces.enumerated().map { $0.isMultiple(of: 2) ? $1 : "…" }.joined(separator: "\"")
    }
}
