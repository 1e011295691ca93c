import Ensue
import Testing

/// Every command in every state, as a table.
@Suite struct DecidingTests {
    private static let lease = LeaseID(rawValue: 9)
    private static let time = Timestamp(milliseconds: 0)

    private static func ended(_ kind: Outcome.Kind) -> EffectState {
        .ended(Outcome(kind: kind, run: 2, output: nil, error: "why", startedAt: nil, completedAt: time))
    }

    /// In the order of the table's columns. Wherever a run has begun, the latest is the second.
    private static let states: [EffectState] = [
        .held, .ready(run: 3), .scheduled(run: 3, due: time), .running(run: 2, lease: lease),
        .deferred(run: 2, lease: lease, deadline: time), .uncertain(run: 2), ended(.completed), ended(.failed),
        ended(.cancelled),
    ]

    private struct Row: CustomTestStringConvertible {
        let command: Command
        let cells: [String]
        var testDescription: String { "\(command)" }

        init(_ command: Command, _ cells: String) {
            self.command = command
            self.cells = cells.split(separator: " ").map(String.init)
        }
    }

    // held, ready, scheduled, running, deferred, uncertain; completed, failed, cancelled
    private static let table = [
        Row(.cancel(reason: nil), "X X X signal X X  - - -"),
        Row(.retry, "- - - - - R  - R R"),
        Row(.approve, "R - - - - -  - - -"),
        Row(.refuse(reason: nil), "X - - - - -  - - -"),
        Row(.resolve(.completed(output: nil)), "- - - - C C  - - -"),
        Row(.resolve(.failed(error: "x")), "- - - - F F  - - -"),
        Row(.complete(run: 2, .completed(output: nil)), "- C C C C C  - - -"),
        Row(.complete(run: 1, .completed(output: nil)), "- C C C C C  - - -"),
        Row(.complete(run: 2, .failed(error: "x", retry: true)), "- - - S S S  - - -"),
        Row(.complete(run: 1, .failed(error: "x", retry: true)), "- - - - - -  - - -"),
        Row(.complete(run: 2, .failed(error: "x", retry: false)), "- - - F F F  - - -"),
        Row(.complete(run: 1, .failed(error: "x", retry: false)), "- - - - - -  - - -"),
    ]

    @Test(arguments: table)
    private func `a command is carried out or refused by the state`(_ row: Row) throws {
        try #require(row.cells.count == Self.states.count)
        for (state, expected) in zip(Self.states, row.cells) {
            #expect(Self.cell(row.command, state) == expected, "\(row.command) on \(state)")
        }
    }

    private static func cell(_ command: Command, _ state: EffectState) -> String {
        let policy = HandlerPolicy(attempts: 3)
        do {
            switch try state.deciding(command, policy: policy, history: EffectHistory(), random: 0.5) {
            case .signalCancellation: return "signal"
            case .move(let transition): return letter(transition.destination)
            }
        } catch {
            return error.state == state ? "-" : "a refusal that names \(error.state)"
        }
    }

    private static func letter(_ destination: Transition.Destination) -> String {
        switch destination {
        case .ready: "R"
        case .scheduled: "S"
        case .deferred: "D"
        case .uncertain: "U"
        case .ended(.completed, _, _): "C"
        case .ended(.failed, _, _): "F"
        case .ended(.cancelled, _, _): "X"
        }
    }
}
