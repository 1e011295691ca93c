import EnsueTesting
import Testing

@testable import EnsuePostgres

/// Whatever happens in whatever order.
@Suite struct PoolStatePropertyTests {
    private struct World {
        typealias State = PoolState<Int>

        var state: State
        let limit: Int
        var now = Duration.zero
        var waiting: [State.Waiter] = []
        var lent: [Int] = []
        var idle: Set<Int> = []
        var opening = 0
        var lastConnection = 0
        var isFailing = false
        var isClosed = false
        var finishes = 0

        init(limit: Int) {
            self.limit = limit
            var options = State.Options()
            options.limit = limit
            state = State(options)
        }

        /// Carries out and checks what the state has decided.
        mutating func carryOut(_ actions: [State.Action], _ context: Comment) {
            for action in actions {
                switch action {
                case .hand(let connection, let waiter):
                    #expect(waiting.first == waiter, context)
                    waiting.removeAll { $0 == waiter }
                    #expect(idle.remove(connection) != nil, context)
                    lent.append(connection)
                case .fail(let waiter, _):
                    #expect(waiting.contains(waiter), context)
                    waiting.removeAll { $0 == waiter }
                case .open(let delay):
                    #expect(!isClosed && delay >= .zero && delay <= .milliseconds(2400), context)
                    #expect(isFailing || delay == .zero, context)
                    #expect(!isFailing || opening == 0, context)
                    opening += 1
                case .close(let connection): #expect(idle.remove(connection) != nil, context)
                case .finished: finishes += 1
                }
            }
            #expect(state.count == idle.count + lent.count + opening, context)
            #expect(state.count <= limit, context)
            #expect(waiting.isEmpty || idle.isEmpty, context)
            // Nobody waits while there is room and nothing is being done about it.
            #expect(waiting.isEmpty || opening > 0 || lent.count == limit, context)
            #expect(finishes == (isClosed && lent.isEmpty ? 1 : 0), context)
        }

        mutating func step(using generator: inout SeededGenerator, _ context: Comment) {
            now += .milliseconds(Int.random(in: 0...20_000, using: &generator))
            switch Int.random(in: 0..<10, using: &generator) {
            case 0...2: acquire(context)
            case 3:
                guard let connection = state.takeIdle() else { return }
                #expect(idle.contains(connection), context)
                idle.remove(connection)
                lent.append(connection)
            case 4...5 where opening > 0: opened(context)
            case 6 where opening > 0:
                opening -= 1
                isFailing = true
                let error = PostgresError(.connection, "refused")
                let random = Double.random(in: 0..<1, using: &generator)
                carryOut(state.openingFailed(error, at: now, random: random), context)
            case 7...8 where !lent.isEmpty:
                let connection = lent.remove(at: Int.random(in: 0..<lent.count, using: &generator))
                idle.insert(connection)
                let isReusable = Int.random(in: 0..<4, using: &generator) > 0
                carryOut(state.release(connection, isReusable: isReusable, at: now), context)
                #expect(isReusable || idle.isEmpty, context)
            case 9 where !waiting.isEmpty: leave(using: &generator, context)
            default: break
            }
        }

        mutating func acquire(_ context: Comment) {
            let waiter = state.nextWaiter()
            waiting.append(waiter)
            carryOut(state.acquire(waiter, at: now), context)
        }

        mutating func opened(_ context: Comment) {
            opening -= 1
            isFailing = false
            lastConnection += 1
            idle.insert(lastConnection)
            carryOut(state.opened(lastConnection, at: now), context)
        }

        private mutating func leave(using generator: inout SeededGenerator, _ context: Comment) {
            let waiter = waiting[Int.random(in: 0..<waiting.count, using: &generator)]
            carryOut(state.expire(waiter), context)
            #expect(!waiting.contains(waiter), context)
        }

        mutating func close(_ context: Comment) {
            isClosed = true
            carryOut(state.close(), context)
            while opening > 0 { opened(context) }
            while let connection = lent.popLast() {
                idle.insert(connection)
                carryOut(state.release(connection, isReusable: true, at: now), context)
            }
            #expect(state.count == 0 && waiting.isEmpty && finishes == 1, context)
        }
    }

    @Test(arguments: PropertySeed.seeds(rounds: 30))
    func `nobody is forgotten, nothing is lent twice, and the limit holds`(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var world = World(limit: Int.random(in: 1...5, using: &generator))
        for step in 0..<400 { world.step(using: &generator, "ENSUE_SEED=\(seed), step \(step)") }
        world.close("ENSUE_SEED=\(seed), closing")
    }
}
