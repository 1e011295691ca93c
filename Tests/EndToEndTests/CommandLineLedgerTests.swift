import Foundation
import Testing

/// Commands about events and effects: the same on a store and on a server.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct CommandLineLedgerTests {
    enum Way: String, CaseIterable, Sendable { case store, server }

    private static let key = "ensue_sk_00c0ffee_3f9d2b7a51e84c60"

    /// A worker on a store, and a program that asks the one or the other.
    private func with(
        _ way: Way, _ body: (CommandLineProgram) async throws -> Void
    ) async throws {
        var ensue = try CommandLineProgram()
        let server = try await ServerProcess.start(
            "serve", store: ensue.folder.store, environment: ["ENSUE_API_KEY": Self.key])
        ensue.environment =
            switch way {
            case .store: ["ENSUE_STORE": ensue.folder.store]
            case .server: ["ENSUE_SERVER": "http://127.0.0.1:\(server.port)", "ENSUE_KEY": Self.key]
            }
        try await body(ensue)
        #expect(try await server.stop() == 0)
    }

    @Test(arguments: Way.allCases)
    func `events are recorded once a key, listed and shown`(way: Way) async throws {
        try await with(way) { ensue in
            let first = try await ensue(
                "record", "polls.PollCompleted", #"{"score":9007199254740993}"#, "--key", "poll-1", "--source",
                "/poll/1", "--tag", "a", "--tag", "b", "--time", "2026-03-04T09:15:00Z")
            #expect(first.output == "Recorded event 1.\n", "\(first)")
            let second = try await ensue("record", "polls.PollCompleted", "--key", "poll-1")
            #expect(second.output == "Event 1 has this key already; nothing was recorded.\n")
            let piped = try await ensue("record", "app.Piped", "-", "--json", input: #"{"from":"a pipe"}"#)
            #expect(try piped.objects.first?["id"] as? String == "2")
            let list = try await ensue("events", "list")
            #expect(list.status == 0)
            #expect(list.lines.count == 3 && list.lines[2].hasPrefix("1 "), "\(list)")
            #expect(list.lines[2].contains(" polls.PollCompleted  /poll/1  poll-1  "), "\(list)")
            #expect(try await ensue("events", "list", "--type", "app.Piped").lines.count == 2)
            let shown = try await ensue("events", "show", "1", "--utc").output
            #expect(shown.contains("happened  2026-03-04T09:15:00.000Z\n"), "\(shown)")
            #expect(shown.contains(#"data      {"score":9007199254740993}"#) && shown.contains("a, b"))
            let object = try await ensue("events", "show", "1", "--json").objects.first
            #expect(object?["key"] as? String == "poll-1")
        }
    }

    @Test(arguments: Way.allCases)
    func `a batch is recorded line by line, and a bad line is named`(way: Way) async throws {
        try await with(way) { ensue in
            let lines = (1...1500).map { #"{"type":"a.B","data":{},"key":"\#($0 % 1400)"}"# }
            try ensue.write(lines.joined(separator: "\n") + "\n\n", to: "batch.ndjson")
            let batch = try await ensue("record", "--batch", "batch.ndjson")
            #expect(batch.output == "Recorded 1,400 events; 100 had a key that was known already.\n", "\(batch)")
            try ensue.write("{\"type\":\"a.B\",\"data\":{}}\n\n{\"type\":\"a b\",\"data\":{}}\n", to: "bad.ndjson")
            let bad = try await ensue("record", "--batch", "bad.ndjson")
            #expect(bad.status == 1)
            #expect(bad.errors.contains("line 3: ") && bad.errors.contains("Nothing was stored."), "\(bad)")
            let array = try await ensue(
                "request", "--batch", "-", input: #"[{"kind":"log","payload":{"message":"one"}}]"#)
            #expect(array.output == "Requested 1 effect.\n")
        }
    }

    @Test(arguments: Way.allCases)
    func `a request is waited for, and its end is the exit code`(way: Way) async throws {
        try await with(way) { ensue in
            let done = try await ensue("request", "log", #"{"message":"Hello"}"#, "--wait", "30")
            #expect(done.status == 0, "\(done)")
            #expect(done.lines.count >= 2 && done.lines[1].hasPrefix("Effect 1 is completed"), "\(done)")
            let failed = try await ensue(
                "request", "http.request", #"{"url":"http://127.0.0.1:1/","attempts":1}"#, "--wait")
            #expect(failed.status != 0, "\(failed)")
            let late = try await ensue("request", "log", #"{"message":"x"}"#, "--due", "1h", "--wait", "0.2")
            #expect(late.status == 3)
            #expect(late.errors.contains("has not ended in time; it is scheduled"), "\(late)")
            let unknown = try await ensue("request", "lgo", "{}")
            #expect(unknown.status == 1)
            #expect(unknown.errors.contains("did you mean 'log'?"), "\(unknown)")
            let bad = try await ensue("request", "log", #"{"mesage":"x"}"#)
            #expect(bad.status == 1, "the handler's own check applies: \(bad)")
        }
    }

    @Test(arguments: Way.allCases)
    func `what a person may decide is decided, several at once`(way: Way) async throws {
        try await with(way) { ensue in
            for index in 1...3 {
                let held = try await ensue("request", "log", #"{"message":"\#(index)"}"#, "--approval", "--json")
                #expect(try held.objects.first?["state"] as? String == "held")
            }
            let refused = try await ensue("effects", "refuse", "1", "--reason", "not now")
            #expect(refused.output == "Effect 1 is cancelled now.\n", "\(refused)")
            let both = try await ensue("effects", "approve", "1", "2")
            #expect(both.status == 1)
            #expect(both.output.hasPrefix("Effect 2 is "))
            #expect(both.errors.contains("1: ") && both.errors.contains("1 of 2 failed"), "\(both)")
            #expect(try await ensue("effects", "cancel", "3").output == "Effect 3 is cancelled now.\n")
            let retried = try await ensue("effects", "retry", "3")
            #expect(retried.status == 1 && retried.errors.contains("Replay it"), "\(retried)")
            let again = try await ensue("effects", "replay", "2", "--payload", #"{"message":"again"}"#, "--key", "r")
            #expect(again.output == "Requested effect 4, a replay of 2.\n", "\(again)")
            let twice = try await ensue("effects", "replay", "2", "--payload", #"{"message":"again"}"#, "--key", "r")
            #expect(twice.output == "Effect 4 has this key already; nothing was requested.\n", "\(twice)")
            let shown = try await ensue("effects", "show", "1").output
            #expect(shown.contains("state      cancelled") && shown.contains("error      not now"), "\(shown)")
            #expect(try await ensue("effects", "show", "99").status == 1)
        }
    }

    @Test(arguments: Way.allCases)
    func `lists are filtered and paged, and say what to do when they are empty`(way: Way) async throws {
        try await with(way) { ensue in
            let empty = try await ensue("effects", "list")
            #expect(empty.status == 0 && empty.output == "")
            #expect(empty.errors.contains("ensue request log"), "\(empty)")
            let items = (1...120).map { #"{"kind":"log","payload":{"message":"\#($0)"},"key":"k\#($0)"}"# }
            _ = try await ensue("request", "--batch", "-", input: "[\(items.joined(separator: ","))]")
            let page = try await ensue("effects", "list", "--json")
            #expect(try page.objects.compactMap { $0["id"] as? String } == (71...120).reversed().map(String.init))
            let all = try await ensue("effects", "list", "--all", "--json")
            #expect(try all.objects.count == 120)
            let older = try await ensue("effects", "list", "--before", "3", "--json")
            #expect(try older.objects.compactMap { $0["id"] as? String } == ["2", "1"])
            let table = try await ensue("effects", "list", "--limit", "2")
            #expect(table.lines.count == 3 && table.errors.contains("--before 119"), "\(table)")
            #expect(try await ensue("effects", "list", "--key", "k7", "--json").objects.count == 1)
            #expect(try await ensue("effects", "list", "--since", "1h", "--all", "--json").objects.count == 120)
            #expect(try await ensue("effects", "list", "--until", "1h", "--json").output == "")
            let misspelt = try await ensue("effects", "list", "--state", "faild")
            #expect(misspelt.status == 64 && misspelt.errors.contains("'failed'"), "\(misspelt)")
            let kinds = try await ensue("kinds", "--json").objects
            #expect(kinds.contains { $0["kind"] as? String == "log" && $0["known"] as? Bool == true })
            #expect(try await ensue("rejections", "list").errors.contains("No delivery was refused"))
        }
    }
}
