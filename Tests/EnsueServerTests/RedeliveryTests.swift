import Ensue
import EnsueTesting
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import EnsueServer

/// What was accepted once is a duplicate when it comes again, even if it would be refused by now.
@Suite(.timeLimit(.minutes(1)))
struct RedeliveryTests {
    private static let key = ["Idempotency-Key": "k"]

    @Test func `an effect of a kind that nobody handles any more`() async throws {
        try await ServerBench.with { bench in
            _ = try await bench.store.request([EffectRequest(kind: "gone", payload: .emptyObject, key: "k")])
            try await bench.call { client in
                let body = #"{"kind":"gone","payload":{}}"#
                let again = try await client.post("/v1/effects", body, Self.key)
                #expect(again.status == 200)
                #expect(again.json == ["id": "1", "state": "ready", "duplicate": true])
                #expect(try await client.post("/v1/effects", body).problem == "unknown-kind")
                #expect(try await client.post("/v1/effects", body, ["Ensue-Account": "b"]).problem == "unknown-kind")
                let batch = #"[{"kind":"sms.send","payload":1},{"kind":"gone","payload":{},"key":"k"},"#
                let both = try await client.post("/v1/effects", batch + #"{"kind":"sms.send","payload":2}]"#)
                #expect(both.json.array?.compactMap { $0["id"]?.string } == ["2", "1", "3"])
                #expect(both.json.array?.compactMap { $0["duplicate"]?.bool } == [false, true, false])
            }
        }
    }

    @Test func `an effect whose payload is not accepted any more`() async throws {
        try await ServerBench.with { bench in
            _ = try await bench.store.request([
                EffectRequest(kind: "publish_rateset", payload: .emptyObject, key: "k")
            ])
            try await bench.call { client in
                let body = #"{"kind":"publish_rateset","payload":{}}"#
                #expect(try await client.post("/v1/effects", body).problem == "invalid")
                #expect(try await client.post("/v1/effects", body, Self.key)["duplicate"] == true)
                let replay = try await client.post("/v1/effects/1/replay", #"{"payload":{}}"#, Self.key)
                #expect(replay["duplicate"] == true)
            }
        }
    }

    @Test func `an event whose data is not valid any more`() async throws {
        try await ServerBench.with { bench in
            _ = try await bench.store.record([
                EventDraft(type: "polls.PollCompleted", data: .emptyObject, key: "k")
            ])
            try await bench.call { client in
                let body = #"{"type":"polls.PollCompleted","data":{"score":-1}}"#
                #expect(try await client.post("/v1/events", body).problem == "invalid")
                #expect(try await client.post("/v1/events", body, Self.key).json == ["id": "1", "duplicate": true])
                let tags = #"{"type":"polls.PollCompleted","data":{"score":-1},"tags":[""]}"#
                #expect(try await client.post("/v1/events", tags, Self.key).problem == "invalid")
                let log = try await client.post("/event/log?__event__=polls.PollCompleted&score=-1", "", Self.key)
                #expect(log.status == 200)
                #expect(log["id"] == "1")
            }
        }
    }

    @Test func `a delivery of Hasura whose kind nobody handles any more`() async throws {
        let delivery = #"""
            {"id":"d1","created_at":"2026-03-04T09:15:02.118Z","table":{"schema":"public","name":"jobs"},
            "event":{"op":"INSERT","data":{"old":null,"new":{"id":17,"kind":"gone","payload":{}}}}}
            """#
        try await ServerBench.with { bench in
            _ = try await bench.store.request([EffectRequest(kind: "gone", payload: .emptyObject, key: "hasura:d1")])
            let again = try await bench.answer { try await $0.post("/hooks/hasura", delivery) }
            #expect(again.status == 200)
            #expect(again["effect"] == "1")
            #expect(again["duplicate"] == true)
            #expect(bench.store.calls(of: .reject) == 0)
        }
    }

    @Test func `what a handler threw is logged, and a broken connection is not the sender's fault`() async throws {
        struct NotToday: Error {}
        var handlers = Handlers()
        handlers.handle("refusing", accepting: { _ in throw NotToday() }) { _, _ in .completed(.null) }
        handlers.handle("broken", accepting: { _ in throw ChannelError.ioOnClosedChannel }) { _, _ in .completed(.null)
        }
        try await ServerBench.with(handlers) { bench in
            try await bench.call { client in
                #expect(try await client.post("/v1/effects", #"{"kind":"refusing","payload":1}"#).problem == "invalid")
                let broken = try await client.post("/v1/effects", #"{"kind":"broken","payload":1}"#)
                #expect(broken.problem == "unavailable")
            }
            #expect(bench.log.text.contains("info a handler refused a request"))
            #expect(bench.log.text.contains("NotToday"))
            #expect(bench.log.text.contains("warning a request could not be served"))
        }
    }

    @Test func `a batch whose elements have one fault has its name`() async throws {
        let options = ServerOptions(eventTypes: .declared)
        try await ServerBench.with(options: options) { bench in
            let answer = try await bench.answer {
                try await $0.post("/v1/events", #"[{"type":"a.B","data":1},{"type":"a.C","data":1}]"#)
            }
            #expect(answer.problem == "unknown-type")
        }
    }

    @Test func `a replay of an unknown kind with another payload waits where such are accepted`() async throws {
        for (unknownKinds, status) in [(ServerOptions.UnknownKinds.accept, 202), (.refuse, 422)] {
            try await ServerBench.with(options: ServerOptions(unknownKinds: unknownKinds)) { bench in
                _ = try await bench.store.request([EffectRequest(kind: "gone", payload: .emptyObject)])
                let answer = try await bench.answer {
                    try await $0.post("/v1/effects/1/replay", #"{"payload":{"a":1}}"#)
                }
                #expect(answer.status == status)
            }
        }
    }
}
