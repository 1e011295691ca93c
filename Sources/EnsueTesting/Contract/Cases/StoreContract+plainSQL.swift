internal import Ensue
internal import Testing

extension StoreContract {
    /// For stores into which anyone may insert; others hold them without doing anything.
    static let plainSQL: [Case] = [
        Case("an effect that another program inserts runs like any other") { bench in
            guard let executeSQL = bench.subject.executeSQL else { return }
            try await executeSQL(#"INSERT INTO effects (kind, payload) VALUES ('test.work', '{"a": 1}')"#)
            let claimed = try await bench.claimOne()
            #expect(claimed.account == .default)
            #expect(claimed.payload.text == #"{"a": 1}"#)
            try await bench.settle(claimed)
            #expect(try await bench.outcome(claimed.id).kind == .completed)
        },
        Case("an event that another program inserts is routed like any other") { bench in
            guard let executeSQL = bench.subject.executeSQL else { return }
            try await bench.join(["listener.l": .standard], rules: [.listening("l", .glob("*"))])
            try await executeSQL("INSERT INTO events (account, type) VALUES ('acme', 'test.Happened')")
            #expect(try await bench.store.route(limit: 10) == RoutingReport(events: 1, effects: 1))
            let claimed = try await bench.claimOne("listener.l")
            #expect(claimed.account == "acme")
            #expect(claimed.event?.data.text == "{}")
            let event = try #require(claimed.event)
            #expect(event.time == event.recordedAt)
        },
        Case("an inserted row whose key is known is left out") { bench in
            guard let executeSQL = bench.subject.executeSQL else { return }
            let id = try await bench.request(key: "same")
            try await executeSQL("INSERT INTO effects (kind, payload, key) VALUES ('test.work', '{}', 'same')")
            #expect(try await bench.claim().map(\.id) == [id])
        },
        Case("the key of an inserted row is known from then on") { bench in
            guard let executeSQL = bench.subject.executeSQL else { return }
            try await executeSQL("INSERT INTO effects (kind, payload, key) VALUES ('test.work', '{}', 'same')")
            try await executeSQL("INSERT INTO events (type, key) VALUES ('test.Happened', 'same')")
            let effect = EffectRequest(kind: Bench.kind, payload: .emptyObject, key: "same")
            let event = EventDraft(type: "test.Happened", data: .emptyObject, key: "same")
            #expect(try await bench.store.request([effect])[0].isDuplicate)
            #expect(try await bench.store.record([event])[0].isDuplicate)
        },
        Case("an inserted effect is held if its row or its kind asks for approval") { bench in
            guard let executeSQL = bench.subject.executeSQL else { return }
            try await bench.join([Bench.kind: .standard, "test.held": HandlerPolicy(needsApproval: true)])
            try await executeSQL("INSERT INTO effects (kind, payload) VALUES ('test.held', '{}')")
            try await executeSQL("INSERT INTO effects (kind, payload, approval) VALUES ('test.work', '{}', 'required')")
            #expect(try await bench.claim([Bench.kind, "test.held"]).isEmpty)
        },
        Case("another program cannot insert what no store may hold") { bench async throws in
            guard let executeSQL = bench.subject.executeSQL else { return }
            let refused = [
                "INSERT INTO effects (kind, payload) VALUES ('not a kind', '{}')",
                "INSERT INTO effects (kind, payload) VALUES ('test.work', 'not JSON')",
                "INSERT INTO effects (kind, payload, priority) VALUES ('test.work', '{}', 4)",
                "INSERT INTO effects (kind, payload, key) VALUES ('test.work', '{}', '')",
                "INSERT INTO events (type) VALUES ('ensue.effect.completed')",
                "INSERT INTO events (type, source) VALUES ('test.Happened', 'nobody')",
            ]
            for statement in refused {
                await #expect(throws: (any Error).self, "\(statement)") { try await executeSQL(statement) }
            }
            #expect(try await bench.store.route(limit: 10).events == 0)
        },
        Case("another program cannot change what has happened") { bench in
            guard let executeSQL = bench.subject.executeSQL else { return }
            try await bench.record()
            try await bench.request()
            for table in ["events", "effects"] {
                await #expect(throws: (any Error).self) { try await executeSQL("UPDATE \(table) SET account = 'x'") }
                await #expect(throws: (any Error).self) { try await executeSQL("DELETE FROM \(table)") }
            }
        },
    ]
}
