import Ensue
import EnsueTesting
import HummingbirdTesting
import Testing

@testable import EnsueServer

/// What arrives again, late, or in the forms of older versions of Hasura.
@Suite(.timeLimit(.minutes(1)))
struct HasuraRedeliveryTests {
    @Test func `an effect that has completed is not run again, and the duplicates are counted`() async throws {
        let insert = try Fixture.hasura("insert")
        try await ServerBench.with { bench in
            try await bench.working { client in
                _ = try await client.post("/hooks/hasura", insert)
                let done = try await client.get("/v1/effects/1?wait=20")
                #expect(done["state"] == "completed")
                let fromConsole = insert.replacing(#""current_retry":0"#, with: #""current_retry":3"#)
                for delivery in [insert, fromConsole] {
                    let again = try await client.post("/hooks/hasura", delivery)
                    #expect(again.status == 200)
                    #expect(again["effect"] == "1")
                    #expect(again["duplicate"] == true)
                }
                #expect(try await client.get("/v1/effects/1")["runs"] == done["runs"])
                #expect(try await client.get("/v1/effects/2").status == 404)
            }
            #expect(try await duplicates(bench) == 2)
        }
    }

    @Test func `an event that is delivered again is counted as a duplicate`() async throws {
        let any = try Fixture.hasura("any-table")
        try await ServerBench.with { bench in
            try await bench.call { client in
                for _ in 1...3 { _ = try await client.post("/hooks/hasura", any) }
                #expect(try await client.get("/v1/events/2").status == 404)
            }
            #expect(try await duplicates(bench) == 2)
        }
    }

    private func duplicates(_ bench: ServerBench) async throws -> Int {
        try await bench.store.counters().filter { $0.measure == .duplicate }.reduce(0) { $0 + $1.count }
    }

    @Test func `the same row in two accounts is two effects`() async throws {
        let insert = try Fixture.hasura("insert")
        try await ServerBench.with { bench in
            try await bench.call { client in
                #expect(try await client.post("/hooks/hasura", insert, ["Ensue-Account": "a"])["effect"] == "1")
                let other = try await client.post("/hooks/hasura", insert, ["Ensue-Account": "b"])
                #expect(other["effect"] == "2")
            }
        }
    }

    @Test func `a time with an offset, traces that are numbers and no session are taken`() async throws {
        let (update, delete) = (try Fixture.hasura("update"), try Fixture.hasura("delete"))
        try await ServerBench.with { bench in
            try await bench.call { client in
                #expect(try await client.post("/hooks/hasura?as=event", update).status == 202)
                let changed = try await client.get("/v1/events/1")
                #expect(changed["time"] == "2025-01-09T23:59:59.500Z")
                #expect(changed["data"]?["session"] == .null)
                #expect(changed["data"]?["new"]?["completion_payload"] == ["url": "s3://rates/7"])
                #expect(try await client.post("/hooks/hasura?as=event", delete).status == 202)
                let removed = try await client.get("/v1/events/2")
                #expect(removed["type"] == "hasura.public.effect_handler_fxtable.delete")
                #expect(removed["data"]?["new"] == .null)
                #expect(removed["data"]?["old"]?["id"] == 55)
            }
        }
    }

    @Test func `a delivery without a time or with one that nobody can read is taken all the same`() async throws {
        let any = try Fixture.hasura("any-table").replacing("2026-03-04T09:15:02.118204", with: "once upon a time")
        try await ServerBench.with { bench in
            try await bench.call { client in
                #expect(try await client.post("/hooks/hasura", any).status == 202)
                let event = try await client.get("/v1/events/1")
                #expect(event["time"] == event["recordedAt"])
            }
        }
    }

    @Test(arguments: ["7", #""text""#, "[1]", #"{"payload":1}"#, #"{"kind":"publish_rateset"}"#])
    func `a manual invocation may hold anything, and columns may be missing`(row: String) async throws {
        let delivery = """
            {"id":"m","table":{"schema":"public","name":"t"},"event":{"op":"MANUAL","data":{"old":null,"new":\(row)}}}
            """
        try await ServerBench.with { bench in
            try await bench.call { client in
                let event = try await client.post("/hooks/hasura", delivery)
                #expect(event["type"] == "hasura.public.t.manual")
                #expect(try await client.get("/v1/events/1").text.contains(#""new":\#(row)"#))
                let effect = try await client.post("/hooks/hasura?as=effect", delivery)
                #expect(effect.status == 422)
                #expect(effect["rejection"] == "1")
            }
        }
    }
}
