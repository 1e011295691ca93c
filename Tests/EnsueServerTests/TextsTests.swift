import Ensue
import EnsueTesting
import Hummingbird
import HummingbirdTesting
import Testing

@testable import EnsueServer

/// What senders are told, and what is taken literally.
@Suite(.timeLimit(.minutes(1)))
struct TextsTests {
    @Test(arguments: ["limit=%2B5", "limit=0x5", "limit=5.0"])
    func `a number is written in digits`(query: String) async throws {
        try await ServerBench.with { bench in
            let answer = try await bench.answer { try await $0.get("/v1/effects?\(query)") }
            #expect(answer.problem == "malformed")
        }
    }

    @Test(arguments: ["0x1p3", "+1", "1_0", "nan", "61", "-1", "1."])
    func `a wait is a number of seconds`(wait: String) throws {
        let text = wait.replacing("+", with: "%2B")
        if wait == "1." {
            #expect(try Query("wait=\(text)").wait() == .seconds(1))
        } else {
            #expect(throws: Problem.self) { try Query("wait=\(text)").wait() }
        }
    }

    @Test func `what is wrong is said as it is`() async throws {
        try await ServerBench.with { bench in
            _ = try await bench.store.request([EffectRequest(kind: "sms.send", payload: .emptyObject)])
            try await bench.call { client in
                let retried = try await client.post("/v1/effects/1/retry", #"{"reason":"x"}"#)
                #expect(retried.detail == "unknown field 'reason'; there are no fields here")
                let packed = try await client.post("/v1/events", "{}", ["Content-Encoding": "gzip"])
                #expect(packed.status == 415)
                #expect(packed["title"] == "The body is encoded")
                let logged = try await client.post("/event/log?__event__=polls.Opened", "")
                #expect(logged.status == 202)
                let binary = try await client.post(
                    "/v1/events", "{}",
                    [
                        "ce-id": "1", "ce-source": "/a/b", "ce-type": "a.B", "ce-specversion": "1.0",
                        "ce-data_base64": "eA==",
                    ])
                #expect(binary.detail.contains("ce-data_base64"))
            }
        }
    }

    @Test func `a secret header that is written the wrong way round is not shown`() throws {
        let error = #expect(throws: Invalid.self) { try SecretHeader(parsing: "s3cret value: X-Header") }
        #expect(error?.description.contains("s3cret") == false)
    }

    @Test func `two endpoints of one name are refused`() throws {
        let options = ServerOptions(hasuraEndpoints: [
            try HasuraEndpoint("a"), try HasuraEndpoint("a", mapping: .event),
        ])
        #expect(throws: Invalid("the Hasura endpoint 'a' is there twice")) { try options.check() }
    }

    @Test(arguments: [
        ("2026-03-04T09:15:02.118Z", true), ("2026-03-04T09:15:02+02:00", true), ("2026-03-04T09:15:02.118", false),
        ("2026-03-04 09:15:02.118-05", true), ("2026-03-04", false),
    ])
    func `the time of a delivery counts only with its offset`(text: String, counts: Bool) throws {
        let delivery = try HasuraDelivery([
            "id": "1", "created_at": .string(text), "table": ["schema": "a", "name": "b"],
            "event": ["op": "INSERT", "data": ["old": nil, "new": ["id": 1]]],
        ])
        #expect(delivery.createdAt == (counts ? Timestamp(iso8601: text) : nil))
    }
}
