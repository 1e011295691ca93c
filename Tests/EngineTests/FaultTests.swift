import Ensue
import EnsueTesting
import Testing

/// A store that fails for a while, in the midst of work.
@Suite(.timeLimit(.minutes(2))) struct FaultTests {
    private let bench: EngineBench
    private let runs = Watched<[EffectID: Int]>([:])

    init() throws { bench = try EngineBench() }

    /// Short, so that what was claimed by a call of which the worker never heard comes back soon.
    private let options = EngineOptions(lease: .seconds(2), safetyPoll: .milliseconds(100))

    private var handlers: Handlers {
        var handlers = Handlers()
        handlers.respond(to: PollCompleted.self, as: "thank") { poll in SendSMS(to: poll.phone) }
        handlers.handle(SendSMS.self) { [runs] sms, context in
            runs.change { $0[context.effect, default: 0] += 1 }
            return .completed(SendSMS.Output(messageID: "to \(sms.to)"))
        }
        return handlers
    }

    @Test(arguments: [StoreVerb.route, .claim, .settle], Fault.Moment.allCases)
    func `a store that fails for a while loses nothing and repeats nothing`(
        _ verb: StoreVerb, _ moment: Fault.Moment
    ) async throws {
        let store = FaultingStore(bench.store)
        for call in 2...4 { store.add(.fails(moment, call: call, of: verb)) }
        let engine = try bench.engine(handlers, on: store, options: options)
        let ledger = try await engine.working {
            for number in 1...20 {
                try await engine.record(PollCompleted(phone: "\(number)", score: number))
                if number == 10 { try await runs.wait { $0.count == 10 } }
            }
            try await runs.wait { $0.count == 20 }
            return try await bench.quiet()
        }
        #expect(store.calls(of: verb) > 2, "the store has failed, and has been asked again")
        #expect(ledger.count == 40)
        #expect(ledger.allSatisfy { $0.outcome?.kind == .completed && $0.outcome?.run == 1 && $0.attempts.isEmpty })
        let sent = ledger.filter { $0.kind == SendSMS.kind }
        #expect(Set(sent.map(\.outcome?.output)).count == 20, "one message to each")
        #expect(runs.value.count == 20 && runs.value.values.allSatisfy { $0 == 1 })
    }

    @Test func `work goes on after heartbeats failed for longer than a lease lasts`() async throws {
        let store = FaultingStore(bench.store)
        for call in 1...4 { store.add(.fails(call: call, of: .beat)) }
        let engine = try bench.engine(
            handlers, on: store, options: EngineOptions(lease: .milliseconds(1500), safetyPoll: .milliseconds(100)))
        let ledger = try await engine.working {
            while store.calls(of: .beat) < 6 {
                let request = try await engine.request(SendSMS(to: "070"))
                #expect(try await request.outcome(within: .seconds(60))?.kind == .completed)
            }
            return try await bench.quiet()
        }
        #expect(ledger.allSatisfy { $0.outcome?.kind == .completed && $0.attempts.isEmpty })
        #expect(runs.value.count == ledger.count && runs.value.values.allSatisfy { $0 == 1 })
    }

    @Test func `work is found although every notification of it is lost`() async throws {
        let engine = try bench.engine(handlers, on: FaultingStore(bench.store, losingChanges: true), options: options)
        try await engine.working {
            for number in 1...3 {
                let request = try await engine.request(SendSMS(to: "\(number)"))
                #expect(try await request.outcome(within: .seconds(60))?.kind == .completed)
            }
            try await engine.record(PollCompleted(phone: "4", score: 4))
            try await runs.wait { $0.count == 4 }
        }
    }

    @Test func `a result that the store refuses fails that effect alone`() async throws {
        let gate = Gate()
        let handlers = Handlers.job { job, context in
            try await gate.pass()
            try context.request(Job(name: "of \(job.name)"))
            if job.name == "bad" {
                try context.record(EventDraft(type: EventType(wellFormed: "no name"), data: .emptyObject))
            }
            if job.name.hasPrefix("of ") { throw Rejection("enough") }
            return .completed()
        }
        let engine = try bench.engine(handlers)
        try await engine.working {
            let ids = try await engine.request(["good", "bad", "fine"].map { .job($0) }).map(\.id)
            gate.open()
            let ledger = try await bench.quiet()
            try #require(ledger.prefix(3).map(\.id) == ids)
            #expect(ledger.prefix(3).map(\.outcome?.kind) == [.completed, .failed, .completed])
            #expect(ledger[1].outcome?.error?.contains("event_type_is_a_name") == true)
            let consequences = ledger.dropFirst(3)
            #expect(consequences.count == 2, "nothing that the refused run requested is there")
            #expect(try await bench.rows(of: "events") == 0)
        }
    }
}
