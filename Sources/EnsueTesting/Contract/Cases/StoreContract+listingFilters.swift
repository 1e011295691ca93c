internal import Ensue
internal import Testing

extension StoreContract {
    static let listingFilters: [Case] = [
        Case("effects are listed by state") { bench in
            try await bench.join()
            var ids: [Situation: EffectID] = [:]
            for situation in Situation.allCases where situation != .ready {
                ids[situation] = try await bench.effect(in: situation)
            }
            ids[.ready] = try await bench.effect(in: .ready)
            for state in EffectQuery.State.allCases {
                let expected = ids.filter { ($0.key == .retrying ? "scheduled" : $0.key.rawValue) == state.rawValue }
                for kind in [nil, Bench.kind] {
                    let listed = try await bench.list(EffectQuery(state: state, kind: kind))
                    #expect(listed.map(\.id) == expected.values.sorted(by: >), "\(state)")
                    for record in listed { #expect(try await bench.effect(record.id) == record) }
                }
                #expect(try await bench.ids(EffectQuery(state: state, kind: "test.other")) == [], "\(state)")
                #expect(try await bench.ids(EffectQuery(account: "acme", state: state)) == [], "\(state)")
            }
            #expect(try await bench.ids(EffectQuery()) == ids.values.sorted(by: >))
        },
        Case("an effect is listed by the state in which it is now") { bench in
            let id = try await bench.effect(in: .failed)
            #expect(try await bench.ids(EffectQuery(state: .failed)) == [id])
            try await bench.command(.retry, on: id)
            #expect(try await bench.ids(EffectQuery(state: .failed)) == [])
            #expect(try await bench.ids(EffectQuery(state: .ready)) == [id])
            let claimed = try await bench.claimOne()
            #expect(try await bench.ids(EffectQuery(state: .ready)) == [])
            #expect(try await bench.ids(EffectQuery(state: .running, kind: Bench.kind)) == [id])
            try await bench.settle(claimed)
            #expect(try await bench.ids(EffectQuery(state: .running)) == [])
            #expect(try await bench.ids(EffectQuery(state: .completed)) == [id])
        },
        Case("a list of one state has its pages, whatever the kinds and priorities in it") { bench in
            var ids: [EffectID] = []
            for round in 1...4 {
                for priority in Priority.allCases { ids.append(try await bench.request(priority: priority)) }
                ids += try await bench.request(3, of: EffectKind("test.kind\(round)"))
                try await bench.request(2, account: "acme")
            }
            ids.sort(by: >)
            #expect(try await bench.ids(EffectQuery(state: .ready, limit: 3)) == ids)
            #expect(try await bench.list(EffectQuery(state: .ready, kind: Bench.kind, limit: 3)).count == 16)
            _ = try await bench.claim([Bench.kind, "test.kind1", "test.kind2", "test.kind3", "test.kind4"])
            #expect(try await bench.ids(EffectQuery(state: .running, limit: 3)) == ids)
            #expect(try await bench.list(EffectQuery(account: "acme", state: .running, limit: 3)).count == 8)
        },
        Case("each account has lists of its own") { bench in
            let ours = try await bench.request(2)
            let theirs = try await bench.request(3, account: "acme")
            #expect(try await bench.ids(EffectQuery()) == ours.sorted(by: >))
            #expect(try await bench.ids(EffectQuery(account: "acme", kind: Bench.kind)) == theirs.sorted(by: >))
            #expect(try await bench.ids(EffectQuery(account: "nobody")) == [])
        },
        Case("an effect is found by its key, in its account and if the rest holds") { bench in
            let id = try await bench.request(key: "k")
            let their = try await bench.request(account: "acme", key: "k")
            try await bench.request()
            #expect(try await bench.ids(EffectQuery(key: "k")) == [id])
            #expect(try await bench.ids(EffectQuery(account: "acme", key: "k")) == [their])
            #expect(try await bench.ids(EffectQuery(state: .ready, kind: Bench.kind, key: "k")) == [id])
            #expect(try await bench.ids(EffectQuery(state: .held, key: "k")) == [])
            #expect(try await bench.ids(EffectQuery(kind: "test.other", key: "k")) == [])
            #expect(try await bench.ids(EffectQuery(key: "K")) == [])
            #expect(try await bench.ids(EffectQuery(key: "k", before: id)) == [])
        },
        Case("the effects that an event caused are found by it") { bench in
            try await bench.listen(
                .listening("a", .glob("*"), order: 1), .listening("b", .glob("*"), order: 2),
                .listening("c", .exact("test.Else"), order: 3))
            let first = try await bench.record("test.Happened")
            let second = try await bench.record("test.Else")
            try await bench.route()
            try await bench.request()
            let effects = try await bench.list(EffectQuery(event: second, limit: 2))
            #expect(effects.map(\.kind) == ["listener.c", "listener.b", "listener.a"])
            #expect(effects.allSatisfy { $0.origin.event == second })
            #expect(try await bench.list(EffectQuery(event: first)).count == 2)
            #expect(try await bench.list(EffectQuery(kind: "listener.a", event: first)).count == 1)
            #expect(try await bench.ids(EffectQuery(state: .failed, event: first)) == [])
            #expect(try await bench.ids(EffectQuery(account: "acme", event: first)) == [])
        },
        Case("since is the first moment of a list and until the first behind it") { bench in
            var ids: [EffectID] = []
            var times: [Timestamp] = []
            for _ in 1...3 {
                let id = try await bench.request()
                ids.append(id)
                times.append(try await bench.effect(id).createdAt)
                try await bench.advance(.seconds(600))
            }
            let instant = Duration.milliseconds(1)
            #expect(try await bench.ids(EffectQuery(since: times[1])) == [ids[2], ids[1]])
            #expect(try await bench.ids(EffectQuery(since: times[1] + instant)) == [ids[2]])
            #expect(try await bench.ids(EffectQuery(until: times[1])) == [ids[0]])
            #expect(try await bench.ids(EffectQuery(until: times[1] + instant)) == [ids[1], ids[0]])
            #expect(try await bench.ids(EffectQuery(since: times[1], until: times[2])) == [ids[1]])
            #expect(try await bench.ids(EffectQuery(since: times[1], until: times[1])) == [])
            #expect(try await bench.ids(EffectQuery(since: times[2], until: times[0])) == [])
            #expect(try await bench.ids(EffectQuery(since: times[2] + .seconds(60))) == [])
            #expect(try await bench.ids(EffectQuery(until: times[0] - .seconds(60))) == [])
            for state in [EffectQuery.State.ready, .running] {
                if state == .running { _ = try await bench.claim() }
                let query = EffectQuery(state: state, kind: Bench.kind, since: times[0], until: times[2], limit: 1)
                #expect(try await bench.ids(query) == [ids[1], ids[0]], "\(state)")
            }
        },
    ]
}
