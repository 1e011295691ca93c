import Ensue
import EnsueTesting
import HTTPTypes
import HummingbirdTesting
import Testing

/// Lists of events and effects. What stores find is up to their contract; this is about the API.
@Suite(.timeLimit(.minutes(1)))
struct ListTests {
    @Test func `all effects can be paged through, newest first, while more are requested`() async throws {
        try await ServerBench.with { bench in
            try await bench.call { client in
                let body = #"{"kind":"sms.send","payload":{}}"#
                for _ in 1...7 { _ = try await client.post("/v1/effects", body) }
                var (ids, cursor): ([String], String?) = ([], "")
                while let next = cursor {
                    let page = try await client.get("/v1/effects?limit=3\(next.isEmpty ? "" : "&cursor=\(next)")")
                    #expect(page.status == 200)
                    ids += try #require(page["items"]?.array).compactMap { $0["id"]?.string }
                    cursor = page["next"]?.string
                    _ = try await client.post("/v1/effects", body)
                }
                #expect(ids == (1...7).reversed().map(String.init))
            }
        }
    }

    @Test func `an effect in a list is what it is by itself`() async throws {
        try await ServerBench.with { bench in
            try await bench.call { client in
                _ = try await client.post("/v1/effects", #"{"kind":"sms.send","payload":{"n":1.10},"key":"k"}"#)
                let (list, one) = (try await client.get("/v1/effects"), try await client.get("/v1/effects/1"))
                #expect(list["items"] == .array([one.json]))
                #expect(list.text.contains("1.10"))
                #expect(list["next"] == nil)
            }
        }
    }

    @Test(arguments: EffectQuery.State.allCases)
    func `effects are listed by state`(state: EffectQuery.State) async throws {
        try await ServerBench.with { bench in
            let seeds = SeededEffects(in: bench.store)
            try await seeds.join()
            for other in EffectQuery.State.allCases { _ = try await seeds.effect(other) }
            let list = try await bench.answer { try await $0.get("/v1/effects?state=\(state)") }
            let items = try #require(list["items"]?.array)
            #expect(items.map { $0["kind"]?.string } == [SeededEffects.kind(state).rawValue])
            #expect(items.map { $0["state"]?.string } == [state.rawValue])
        }
    }

    @Test(arguments: [
        ("kind=sms.send", ["3", "1"]), ("kind=publish_rateset", ["2"]), ("key=k%2F1%20%2B", ["1"]), ("key=none", []),
        ("kind=sms.send&key=k%2F1+%2b", ["1"]), ("kind=publish_rateset&key=k%2F1%20%2B", []), ("event=1", []),
        ("since=2020-01-01T00:00:00Z", ["3", "2", "1"]), ("until=2020-01-01T00:00:00Z", []),
        ("since=2020-01-01T00:00:00+01:00&until=2999-01-01T00:00:00Z", ["3", "2", "1"]), ("limit=1", ["3"]),
        ("cursor=3&limit=1", ["2"]),
    ])
    func `effects are listed by what is known of them`(query: String, ids: [String]) async throws {
        try await ServerBench.with { bench in
            try await bench.call { client in
                _ = try await client.post("/v1/effects", #"{"kind":"sms.send","payload":{},"key":"k/1 +"}"#)
                _ = try await client.post("/v1/effects", #"{"kind":"publish_rateset","payload":{"RATESET":1}}"#)
                _ = try await client.post("/v1/effects", #"{"kind":"sms.send","payload":{}}"#)
                let list = try await client.get("/v1/effects?\(query)")
                #expect(list.status == 200, "\(list.detail)")
                #expect(list["items"]?.array?.compactMap { $0["id"]?.string } == ids)
            }
        }
    }

    @Test(arguments: [
        ("type=a.B", ["2", "1"]), ("source=/shop/7/eu", ["2"]), ("key=k", ["1"]), ("type=a.B&source=/shop/8", []),
        ("type=a.b", []), ("limit=2", ["3", "2"]), ("cursor=2", ["1"]), ("until=2020-01-01T00:00:00Z", []),
    ])
    func `events are listed by what is known of them`(query: String, ids: [String]) async throws {
        try await ServerBench.with { bench in
            try await bench.call { client in
                _ = try await client.post("/v1/events", #"{"type":"a.B","data":1,"key":"k"}"#)
                _ = try await client.post("/v1/events", #"{"type":"a.B","data":2,"source":"/shop/7/eu"}"#)
                _ = try await client.post("/v1/events", #"{"type":"a.C","data":3}"#)
                let list = try await client.get("/v1/events?\(query)")
                #expect(list.status == 200, "\(list.detail)")
                #expect(list["items"]?.array?.compactMap { $0["id"]?.string } == ids)
            }
        }
    }

    @Test(arguments: ["events", "effects"])
    func `an account sees its own`(list: String) async throws {
        try await ServerBench.with { bench in
            try await bench.call { client in
                let body = list == "events" ? #"{"type":"a.B","data":1}"# : #"{"kind":"sms.send","payload":{}}"#
                _ = try await client.post("/v1/\(list)", body)
                _ = try await client.post("/v1/\(list)", body, ["Ensue-Account": "acme"])
                let acme = try await client.get("/v1/\(list)", ["Ensue-Account": "acme"])
                #expect(acme["items"]?.array?.compactMap { $0["id"] } == ["2"])
                #expect(try await client.get("/v1/\(list)")["items"]?.array?.compactMap { $0["id"] } == ["1"])
            }
        }
    }

    @Test(arguments: [
        ("effects?stat=ready", "unknown query parameter 'stat'; did you mean 'state'?"),
        ("effects?colour=red", "unknown query parameter 'colour'; what is known here: state, kind, key"),
        ("effects?state=redy", "did you mean 'ready'?"),
        ("effects?state=gone", "it can be held, ready, scheduled, running"),
        ("effects?state=", "the query parameter 'state' is empty"), ("effects?state", "'state' is empty"),
        ("effects?state=ready&state=failed", "'state' is given twice"), ("effects?kind=a%20b", "'kind'"),
        ("effects?event=one", "it has to be an id, such as 17"), ("effects?cursor=0", "'next' of an earlier page"),
        ("effects?limit=0", "a number from 1 to 1000"), ("effects?limit=1001", "a number from 1 to 1000"),
        ("effects?since=yesterday", "'since' is 'yesterday'; it has to be an ISO 8601 time"),
        ("effects?key=%00", "'key' cannot be a key"), ("effects?key=%zz", "two hexadecimal digits"),
        ("effects?key=%ff", "not UTF-8"), ("events?source=shop", "/<type>/<key>"), ("events?type=a%20b", "'type'"),
        ("events?kind=log", "unknown query parameter 'kind'"), ("effects/1?wiat=3", "did you mean 'wait'?"),
        ("kinds?account=acme", "unknown query parameter 'account'; there are none here"),
    ])
    func `a query is read strictly, and refused in words that help`(query: String, words: String) async throws {
        try await ServerBench.with { bench in
            let answer = try await bench.answer { try await $0.get("/v1/\(query)") }
            #expect(answer.status == 400)
            #expect(answer.problem == "malformed")
            #expect(answer.detail.contains(words), "\(answer.detail)")
        }
    }
}
