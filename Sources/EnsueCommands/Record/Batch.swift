internal import Ensue

/// Many events or effects from a file: one a line, or an array.
struct Batch {
    /// Each with the line, or in an array the position, by which messages name it.
    let items: [(place: String, document: JSONText)]

    /// What goes into one transaction: as many as the API takes, in a body that it takes.
    private static let most = 1000
    private static let bytes = 900_000

    /// Throws ``CommandFailure`` for what is no batch, or an empty one.
    init(contents: String) throws {
        items = try Self.items(in: contents)
        guard !items.isEmpty else { throw CommandFailure("the batch is empty") }
    }

    private static func items(in contents: String) throws -> [(place: String, document: JSONText)] {
        if contents.first(where: { !$0.isWhitespace }) == "[" {
            let array: [JSONValue]
            do { array = try JSONValue(parsing: contents).array ?? [] } catch {
                throw CommandFailure("the batch is not JSON: \(error)")
            }
            return array.enumerated().map { ("element \($0 + 1)", JSONText($1)) }
        }
        let lines = contents.split(separator: "\n", omittingEmptySubsequences: false)
        return try lines.enumerated().filter { $0.element.contains { !$0.isWhitespace } }.map { index, line in
            ("line \(index + 1)", try document(line, inLine: index + 1))
        }
    }

    private static func document(_ text: Substring, inLine number: Int) throws -> JSONText {
        do { return try JSONText(parsing: String(text)) } catch {
            throw CommandFailure(
                "line \(number) of the batch is not JSON: column \(error.column): \(error.problem)")
        }
    }

    /// Sends all, a transaction at a time. What was sent before a refusal stays; the failure says how much that is.
    func send(
        to ledger: Ledger, _ path: String, printsJSON: Bool, done: String, noun: String
    ) async throws {
        var (sent, duplicates) = (0, 0)
        for chunk in chunks {
            let body = "[\(chunk.map(\.document.text).joined(separator: ","))]"
            let receipts: [JSONValue]
            do { receipts = try await ledger.post(path, try JSONText(parsing: body)).array ?? [] } catch {
                throw failure(error, in: chunk, sent: sent, "\(done) \(Self.counted(sent, noun))")
            }
            if printsJSON { try receipts.forEach { try Terminal.output.write($0.text) } }
            sent += receipts.count
            duplicates += receipts.count { $0["duplicate"]?.bool == true }
        }
        guard !printsJSON else { return }
        let known = duplicates == 0 ? "" : "; \(duplicates) had a key that was known already"
        try Terminal.output.write("\(done) \(Self.counted(sent - duplicates, noun))\(known).")
    }

    private static func counted(_ count: Int, _ noun: String) -> String {
        "\(Diagnosis.grouped(count)) \(noun)\(count == 1 ? "" : "s")"
    }

    private var chunks: [ArraySlice<(place: String, document: JSONText)>] {
        var chunks: [ArraySlice<(place: String, document: JSONText)>] = []
        var (start, size) = (0, 0)
        for (index, item) in items.enumerated() {
            let length = item.document.text.utf8.count + 1
            if index > start, index - start == Self.most || size + length > Self.bytes {
                chunks.append(items[start..<index])
                (start, size) = (index, 0)
            }
            size += length
        }
        return start < items.count ? chunks + [items[start...]] : chunks
    }

    private func failure(
        _ error: any Error, in chunk: ArraySlice<(place: String, document: JSONText)>, sent: Int, _ before: String
    ) -> any Error {
        let rest = sent == 0 ? "Nothing was stored." : "\(before) before that; the rest was not stored."
        switch error {
        case let problem as APIProblem:
            let lines = problem.errors.map { error in
                let place = error.index < chunk.count ? chunk[chunk.startIndex + error.index].place : "an element"
                return "\(place): \(error.detail)"
            }
            return CommandFailure((lines + [rest]).joined(separator: "\n"))
        case let failure as CommandFailure: return CommandFailure("\(failure)\n\(rest)", status: failure.status)
        default: return error
        }
    }
}
