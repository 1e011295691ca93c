import Ensue
import EnsueTesting
import HummingbirdTesting
import Testing

@Suite(.timeLimit(.minutes(1)))
struct TraceTests {
    /// `a.Placed` requests `invoice`, which records `a.Invoiced`.
    private static let chain: Handlers = {
        var handlers = Handlers()
        handlers.listen(matching: .exact("a.Placed"), as: "bill") { _, context in
            try context.request(EffectRequest(kind: "invoice", payload: .emptyObject))
        }
        handlers.handle("invoice") { _, context in
            try context.record(EventDraft(type: "a.Invoiced", data: .emptyObject))
            return .completed(.null)
        }
        return handlers
    }()

    /// The names of a tree's nodes, in brackets what followed.
    private func drawn(_ node: JSONValue?) -> String {
        let name = node?["event"]?["type"]?.string ?? node?["effect"]?["kind"]?.string ?? "?"
        let consequences = node?["consequences"]?.array?.map { drawn($0) }.joined(separator: " ") ?? "?"
        return consequences.isEmpty ? name : "\(name)[\(consequences)]"
    }

    @Test func `a trace is the same tree from wherever one looks`() async throws {
        try await ServerBench.with(Self.chain) { bench in
            try await bench.working { client in
                _ = try await client.post("/v1/events", #"{"type":"a.Placed","data":{}}"#)
                let invoice = try await eventually {
                    let list = try await client.get("/v1/effects?kind=invoice&state=completed")
                    return list["items"]?[0]?["id"]?.string
                }
                _ = try await client.post("/v1/effects/\(invoice)/replay", "{}")
                let replay = try await eventually {
                    try await client.get("/v1/effects?kind=invoice&state=completed")["items"]?.array?.count == 2
                        ? true : nil
                }
                #expect(replay)
                let tree = "a.Placed[listener.bill[invoice[invoice[a.Invoiced] a.Invoiced]]]"
                for path in ["events/1", "events/2", "effects/\(invoice)"] {
                    let trace = try await client.get("/v1/\(path)/trace")
                    #expect(trace.status == 200)
                    #expect(trace["complete"] == true)
                    #expect(Set(drawn(trace["root"])) == Set(tree), "\(drawn(trace["root"]))")
                    #expect(drawn(trace["root"]).hasPrefix("a.Placed[listener.bill[invoice["))
                }
                let effect = try await client.get("/v1/effects/\(invoice)").json
                let root = try await client.get("/v1/events/1/trace")["root"]
                #expect(root?["consequences"]?[0]?["consequences"]?[0]?["effect"] == effect)
            }
        }
    }

    @Test func `what stands alone is its own trace`() async throws {
        try await ServerBench.with { bench in
            try await bench.call { client in
                _ = try await client.post("/v1/effects", #"{"kind":"sms.send","payload":{}}"#)
                let trace = try await client.get("/v1/effects/1/trace")
                let effect = try await client.get("/v1/effects/1").json
                #expect(trace.json == ["root": ["effect": effect, "consequences": []], "complete": true])
            }
        }
    }

    @Test func `a trace that is too large is cut, and says so`() async throws {
        try await ServerBench.with { bench in
            try await bench.call { client in
                _ = try await client.post("/v1/effects", #"{"kind":"sms.send","payload":{}}"#)
                for _ in 1...Trace.limit {
                    _ = try await bench.engine.replay(EffectID(rawValue: 1))
                }
                let trace = try await client.get("/v1/effects/1/trace")
                #expect(trace["complete"] == false)
                #expect(trace["root"]?["consequences"]?.array?.count == Trace.limit - 1)
            }
        }
    }

    @Test(arguments: ["events", "effects"])
    func `what is not the account's has no trace`(list: String) async throws {
        try await ServerBench.with { bench in
            try await bench.call { client in
                let body = list == "events" ? #"{"type":"a.B","data":1}"# : #"{"kind":"sms.send","payload":{}}"#
                _ = try await client.post("/v1/\(list)", body, ["Ensue-Account": "acme"])
                for id in ["1", "9", "x"] {
                    #expect(try await client.get("/v1/\(list)/\(id)/trace").problem == "not-found")
                }
                #expect(try await client.get("/v1/\(list)/1/trace", ["Ensue-Account": "acme"]).status == 200)
            }
        }
    }

    private func eventually<Value>(_ look: () async throws -> Value?) async throws -> Value {
        let end = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < end {
            if let value = try await look() { return value }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw NotWithinTime()
    }

    private struct NotWithinTime: Error {}
}
