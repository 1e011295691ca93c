internal import Ensue
internal import Testing

extension StoreContract {
    static let time: [Case] = [
        Case("a scheduled effect is not claimed before its time, and is when its time has come") { bench in
            let id = try await bench.request(dueIn: .seconds(600))
            try await bench.advance(.seconds(540))
            #expect(try await bench.store.advance(limit: 10).moved == 0)
            #expect(try await bench.claim().isEmpty)
            try await bench.advance(.seconds(60))
            #expect(try await bench.store.advance(limit: 10).moved == 1)
            #expect(try await bench.claim().map(\.id) == [id])
        },
        Case("advancing tells how long it is until the next effect is due") { bench in
            #expect(try await bench.store.advance(limit: 10) == AdvanceReport(moved: 0, next: nil))
            try await bench.request(dueIn: .seconds(3600))
            try await bench.request(dueIn: .seconds(600))
            let next = try #require(try await bench.store.advance(limit: 10).next)
            #expect(next > .seconds(590) && next <= .seconds(600))
            try await bench.advance(.seconds(600))
            let report = try await bench.store.advance(limit: 10)
            #expect(report.moved == 1)
            let last = try #require(report.next)
            #expect(last > .seconds(2990) && last <= .seconds(3000))
        },
        Case("deadlines of deferred effects count as times to wait for") { bench in
            try await bench.join()
            try await bench.request()
            try await bench.settle(try await bench.claimOne(), to: .deferred(within: .seconds(600)))
            let next = try #require(try await bench.store.advance(limit: 10).next)
            #expect(next > .seconds(590) && next <= .seconds(600))
        },
        Case("advancing moves no more effects than it is asked for, and says that more are due") { bench in
            for _ in 1...5 { try await bench.request(dueIn: .seconds(60)) }
            try await bench.advance(.seconds(120))
            let first = try await bench.store.advance(limit: 2)
            #expect(first.moved == 2)
            #expect(first.next.map { $0 <= .zero } != false)
            #expect(try await bench.store.advance(limit: 10).moved == 3)
            #expect(try await bench.claim().count == 5)
        },
        Case("an effect that is scheduled by a retry keeps its place in the count of runs") { bench in
            let id = try await bench.request()
            try await bench.settle(
                try await bench.claimOne(), to: .scheduled(after: .seconds(300)), attempted: .init(.snoozed))
            guard case .scheduled(let run, let due) = try await bench.state(id) else {
                Issue.record("it should be scheduled")
                return
            }
            #expect(run == 2)
            #expect(try await bench.isFromNow(due, .seconds(300)))
            try await bench.advance(.seconds(330))
            #expect(try await bench.store.advance(limit: 10).moved == 1)
            #expect(try await bench.state(id) == .ready(run: 2))
        },
        Case("a deferred effect that nobody completes in time runs again, one attempt poorer") { bench in
            try await bench.join()
            let id = try await bench.request()
            try await bench.settle(try await bench.claimOne(), to: .deferred(within: .seconds(60)))
            #expect(try await bench.store.advance(limit: 10).moved == 0)
            try await bench.advance(.seconds(120))
            #expect(try await bench.store.advance(limit: 10).moved == 1)
            #expect(try await bench.state(id) == .ready(run: 2))
            #expect(try await bench.attempts(id) == [.expired])
            #expect(try await bench.claimOne().history.spent == 1)
        },
        Case("a deferred effect whose attempts are spent fails when nobody completes it in time") { bench in
            try await bench.join([Bench.kind: HandlerPolicy(attempts: 1)])
            let id = try await bench.request()
            try await bench.settle(try await bench.claimOne(), to: .deferred(within: .seconds(60)))
            try await bench.advance(.seconds(120))
            #expect(try await bench.store.advance(limit: 10).moved == 1)
            let outcome = try await bench.outcome(id)
            #expect(outcome.kind == .failed)
            #expect(outcome.run == 1)
            #expect(outcome.error != nil)
        },
    ]
}
