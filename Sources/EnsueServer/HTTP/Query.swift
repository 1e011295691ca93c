internal import Ensue
internal import Hummingbird

/// The query of a request, decoded as HTML forms and the libraries of programming languages encode it.
///
/// Read strictly: a misspelt `state` must not mean "all of them".
struct Query: Sendable {
    typealias Item = (name: String, value: String)

    let items: [Item]

    /// `text` is what stands after the question mark.
    init(_ text: String?) throws {
        items = try (text ?? "").utf8.split(separator: UInt8(ascii: "&")).map { pair in
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            return (try Self.decoded(parts[0]), parts.count == 2 ? try Self.decoded(parts[1]) : "")
        }
    }

    private static func decoded(_ text: Substring.UTF8View) throws -> String {
        do { return try PercentEncoding.decoded(text, plusIsBlank: true) } catch {
            throw switch error {
            case .digitsMissing:
                malformed(text, "a percent sign needs two hexadecimal digits after it; itself it is %25")
            case .notUTF8: malformed(text, "it is not UTF-8")
            }
        }
    }

    private static func malformed(_ text: Substring.UTF8View, _ reason: String) -> Problem {
        .malformed("the query holds '\(String(Substring(text)).prefix(60))': \(reason)")
    }

    /// Refuses every parameter but those of `names`, and any that is given twice.
    func demand(only names: [String]) throws {
        var seen: Set<String> = []
        for item in items {
            guard names.contains(item.name) else { throw Self.unknown(item.name, names) }
            guard seen.insert(item.name).inserted else {
                throw Problem.malformed("the query parameter '\(item.name)' is given twice")
            }
        }
    }

    private static func unknown(_ name: String, _ names: [String]) -> Problem {
        let shown = String(name.prefix(60))
        if let near = nearest(to: shown, among: names) {
            return .malformed("unknown query parameter '\(shown)'; did you mean '\(near)'?")
        }
        let known = names.isEmpty ? "there are none here" : "what is known here: \(names.joined(separator: ", "))"
        return .malformed("unknown query parameter '\(shown)'; \(known)")
    }
}

extension Query {
    /// Nil where the parameter is absent; one that is there and empty is refused.
    func text(_ name: String) throws -> String? {
        guard let item = items.first(where: { $0.name == name }) else { return nil }
        guard !item.value.isEmpty else {
            throw Problem.malformed("the query parameter '\(name)' is empty; give it a value, or leave it out")
        }
        return item.value
    }

    /// One of the cases of `choice`, by its raw value.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(_ name: String, _: Choice.Type) throws -> Choice? {
        guard let text = try text(name) else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        let all = Choice.allCases.map(\.rawValue)
        let near = nearest(to: String(text.prefix(60)), among: all).map { "; did you mean '\($0)'?" }
        throw Problem.malformed(
            "'\(name)' is '\(text.prefix(60))'\(near ?? "; it can be \(all.joined(separator: ", "))")")
    }

    func name<N: Name>(_ name: String, _: N.Type) throws -> N? {
        guard let text = try text(name) else { return nil }
        do { return try N(text) } catch { throw Problem.malformed("'\(name)': \(error)") }
    }

    func id<ID: RowID>(_ name: String, _: ID.Type) throws -> ID? {
        guard let text = try text(name) else { return nil }
        guard let id = ID(text), id.rawValue > 0 else {
            throw Problem.malformed("'\(name)' is '\(text.prefix(60))'; it has to be an id, such as 17")
        }
        return id
    }

    /// A whole number.
    func number(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
        guard let text = try text(name) else { return nil }
        guard text.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains), let number = Int(text),
            range.contains(number)
        else {
            throw Problem.malformed(
                "'\(name)' is '\(text.prefix(60))'; it has to be a number from \(range.lowerBound) to "
                    + "\(range.upperBound)")
        }
        return number
    }

    /// An ISO 8601 time. The plus sign of an offset may stand as it is, although it decodes to a blank.
    func time(_ name: String) throws -> Timestamp? {
        guard let text = try text(name) else { return nil }
        if let time = Timestamp(iso8601: text) ?? Timestamp(iso8601: text.replacing(" ", with: "+")) { return time }
        throw Problem.malformed(
            "'\(name)' is '\(text.prefix(60))'; it has to be an ISO 8601 time, such as 2026-03-04T09:15:02Z")
    }
}

/// The one of `names` that `text` was probably meant to be.
func nearest(to text: String, among names: [String]) -> String? {
    names.map { (distance: editDistance(text, $0), name: $0) }
        .filter { $0.distance <= max(2, $0.name.count / 3) }
        .min { $0.distance < $1.distance }?.name
}
