internal import Ensue
internal import Testing

extension StoreContract {
    static let pending: [Case] = [
        Case("where nothing waits, nothing is pending") { bench in
            try await bench.join()
            #expect(try await bench.store.pending([Bench.kind]) == [])
            #expect(try await bench.store.pending([]) == [])
            #expect(try await bench.store.pending(["test.unheard"]) == [])
        },
        Case("an effect is pending for those who handle its kind, until it is claimed") { bench in
            try await bench.request()
            #expect(try await bench.store.pending([Bench.kind]) == .effects)
            #expect(try await bench.store.pending(["test.other", Bench.kind]) == .effects)
            #expect(try await bench.store.pending(["test.other"]) == [])
            _ = try await bench.claimOne()
            #expect(try await bench.store.pending([Bench.kind]) == [])
        },
        Case("an event is pending until it is routed") { bench in
            try await bench.record()
            #expect(try await bench.store.pending([]) == .events)
            _ = try await bench.store.route(limit: 10)
            #expect(try await bench.store.pending([]) == [])
        },
        Case("what waits for a time is pending when that has come") { bench in
            try await bench.request(dueIn: .seconds(60))
            #expect(try await bench.store.pending([Bench.kind]) == [])
            try await bench.advance(.seconds(120))
            #expect(try await bench.store.pending([Bench.kind]) == .schedule)
            _ = try await bench.store.advance(limit: 10)
            #expect(try await bench.store.pending([Bench.kind]) == .effects)
        },
        Case("a deadline is pending when it has come") { bench in
            let id = try await bench.effect(in: .deferred)
            #expect(try await bench.store.pending([Bench.kind]) == [])
            try await bench.advance(.seconds(7200))
            #expect(try await bench.store.pending([Bench.kind]) == .schedule)
            _ = try await bench.store.advance(limit: 10)
            #expect(try await bench.state(id).name == "ready")
        },
        Case("an ending that somebody follows is pending until it is followed") { bench in
            try await bench.listenForEndings()
            _ = try await bench.effect(in: .completed)
            #expect(try await bench.store.pending([]) == .endings)
            _ = try await bench.store.follow(limit: 10)
            #expect(try await bench.store.pending([]) == .events)
        },
    ]
}
