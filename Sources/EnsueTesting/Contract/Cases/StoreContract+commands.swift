internal import Ensue
internal import Testing

extension StoreContract {
    static let commands: [Case] = [
        Case("a waiting effect is cancelled at once, and keeps the reason") { bench in
            for situation in [Situation.held, .ready, .scheduled, .deferred, .uncertain] {
                let id = try await bench.effect(in: situation)
                let record = try await bench.command(.cancel(reason: "enough"), on: id)
                #expect(record.outcome?.kind == .cancelled, "\(situation)")
                #expect(record.outcome?.error == "enough")
                #expect(try await bench.state(id) == record.state)
                #expect(try await bench.claim().isEmpty)
            }
        },
        Case("a waiting effect that was cancelled has an outcome with the runs that had begun") { bench in
            let fresh = try await bench.effect(in: .ready)
            #expect(try await bench.command(.cancel(reason: nil), on: fresh).outcome?.run == 0)
            let retrying = try await bench.effect(in: .retrying)
            #expect(try await bench.command(.cancel(reason: nil), on: retrying).outcome?.run == 1)
            try await bench.command(.retry, on: fresh)
            #expect(try await bench.state(fresh) == .ready(run: 1))
        },
        Case("a failed or cancelled effect runs again under its own id when a person retries it") { bench in
            for situation in [Situation.failed, .cancelled] {
                let id = try await bench.effect(in: situation)
                #expect(try await bench.command(.retry, on: id).state == .ready(run: 2))
                #expect(try await bench.attempts(id) == [.retried])
                let claimed = try await bench.claimOne()
                #expect(claimed.id == id)
                #expect(claimed.run == 2)
                try await bench.settle(claimed)
                #expect(try await bench.outcome(id).run == 2)
            }
        },
        Case("an uncertain effect is resolved, it happened or it did not, or runs again") { bench in
            let output = try JSONText(parsing: "1")
            let happened = try await bench.effect(in: .uncertain)
            let done = try await bench.command(.resolve(.completed(output: output)), on: happened)
            #expect(done.outcome?.kind == .completed)
            #expect(done.outcome?.output == output)
            #expect(done.outcome?.run == 1)
            let failed = try await bench.effect(in: .uncertain)
            let failure = try await bench.command(.resolve(.failed(error: "no trace of it")), on: failed)
            #expect(failure.outcome?.kind == .failed)
            #expect(failure.outcome?.error == "no trace of it")
            let again = try await bench.effect(in: .uncertain)
            #expect(try await bench.command(.retry, on: again).state == .ready(run: 2))
            #expect(try await bench.attempts(again) == [.lost])
        },
        Case("what a person refused is not run by retrying it, and says why") { bench in
            let refused = try await bench.effect(in: .held)
            #expect(try await bench.effect(refused).needsApproval)
            try await bench.command(.refuse(reason: "no"), on: refused)
            let refusal = await #expect(throws: Refusal.self) {
                try await bench.store.command(.retry, on: refused, random: 0.5)
            }
            #expect(refusal?.reason != nil)
            let waiting = try await bench.request()
            try await bench.command(.cancel(reason: nil), on: waiting)
            #expect(try await bench.command(.retry, on: waiting).state == .ready(run: 1))
            #expect(try await bench.effect(waiting).needsApproval == false)
        },
        Case("the place from which a command took an effect is empty afterwards") { bench in
            try await bench.join()
            for situation in [Situation.scheduled, .deferred, .retrying] {
                let id = try await bench.effect(in: situation)
                try await bench.command(.cancel(reason: nil), on: id)
            }
            try await bench.advance(.seconds(7200))
            #expect(try await bench.store.advance(limit: 10) == AdvanceReport(moved: 0, next: nil))
            #expect(try await bench.claim().isEmpty)
        },
    ]

    static let approval: [Case] = [
        Case("an approved effect is ready for its first run") { bench in
            let id = try await bench.effect(in: .held)
            #expect(try await bench.command(.approve, on: id).state == .ready(run: 1))
            #expect(try await bench.claimOne().run == 1)
        },
        Case("a refused effect is cancelled") { bench in
            let id = try await bench.effect(in: .held)
            let outcome = try await bench.command(.refuse(reason: "too dear"), on: id).outcome
            #expect(outcome?.kind == .cancelled)
            #expect(outcome?.error == "too dear")
            #expect(outcome?.run == 0)
        },
        Case("approval does not bring forward what is due later") { bench in
            let id = try await bench.request(dueIn: .seconds(3600), needsApproval: true)
            #expect(try await bench.command(.approve, on: id).state.name == "scheduled")
            #expect(try await bench.claim().isEmpty)
            try await bench.advance(.seconds(3660))
            #expect(try await bench.store.advance(limit: 10).moved == 1)
            #expect(try await bench.claim().map(\.id) == [id])
        },
        Case("what became due while it was held is ready on approval") { bench in
            let id = try await bench.request(dueIn: .seconds(60), needsApproval: true)
            try await bench.advance(.seconds(120))
            #expect(try await bench.store.advance(limit: 10).moved == 0)
            #expect(try await bench.command(.approve, on: id).state == .ready(run: 1))
        },
    ]
}
