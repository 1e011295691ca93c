internal import ArgumentParser
internal import Ensue
internal import Foundation

/// `ensue record`: events, from the command line.
struct Record: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Record an event, or many.",
        discussion: """
            ensue record polls.PollCompleted '{"phone":"+46701740605","score":9}' --key poll-42

            Returns once it is durable. The second event with a key is the first one: nothing happens twice. A batch \
            is a file with one event a line, {"type":…,"data":…,"source":…,"key":…,"tags":…,"time":…}, or an array of \
            them; up to 1,000 of them are recorded in one transaction.
            """)

    @OptionGroup(title: "Where") var location: LedgerLocation

    @Argument(help: "The event's type, such as polls.PollCompleted.")
    var type: String?

    @Argument(help: "Its data: \(JSONInput.forms). (default: {})")
    var data: JSONInput?

    @Option(help: "Its key, unique in the account.")
    var key: String?

    @Option(help: "Where it comes from: /<type>/<key>, such as /conversation/17.")
    var source: String?

    @Option(name: .customLong("tag"), help: ArgumentHelp("A tag; may be given again.", valueName: "tag"))
    var tags: [String] = []

    @Option(help: "When it happened: 2026-03-04T09:15:00Z, or 10m for ten minutes ago.", transform: Moment.init)
    var time: Moment?

    @Option(help: "Record the events in this file, or in the standard input for -.", completion: .file())
    var batch: String?

    @Flag(help: "Print the API's receipts, one JSON object a line.")
    var json = false

    func validate() throws {
        if batch == nil {
            guard type != nil else { throw ValidationError("give the event's TYPE, or --batch FILE") }
        } else if type != nil || key != nil || source != nil || !tags.isEmpty || time != nil {
            throw ValidationError("with --batch, everything about the events is in the file")
        }
    }

    func run() async throws {
        if let batch {
            let items = try Batch(contents: try JSONInput.contents(batch))
            return try await location.withLedger(.creating) { ledger in
                try await items.send(to: ledger, "/v1/events", printsJSON: json, done: "Recorded", noun: "event")
            }
        }
        let body = JSONText(try members())
        let receipt = try await location.withLedger(.creating) { try await $0.post("/v1/events", body) }
        guard !json else { return try Terminal.output.write(receipt.text) }
        let id = receipt["id"]?.string ?? "?"
        try Terminal.output.write(
            receipt["duplicate"]?.bool == true
                ? "Event \(id) has this key already; nothing was recorded." : "Recorded event \(id).")
    }

    private func members() throws -> JSONValue {
        var members: [String: JSONValue] = [
            "type": .string(type ?? ""), "data": try data?.document("DATA").parsed() ?? .object([:]),
        ]
        if let key { members["key"] = .string(key) }
        if let source { members["source"] = .string(source) }
        if !tags.isEmpty { members["tags"] = .array(tags.map { .string($0) }) }
        if let time { members["time"] = .string(time.text) }
        return .object(members)
    }
}
