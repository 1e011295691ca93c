import EnsueTesting
import Testing

@testable import EnsuePostgres

@Suite struct ClaimRoundsTests {
    private static func group(_ account: Int64, kind: Int64 = 1, priority: Int64 = 2) -> ReadyGroup {
        ReadyGroup(kind: kind, account: account, priority: priority)
    }

    /// Carries rounds through on a queue that has so many of each group.
    private static func take(
        _ wanted: [(kind: Int64, limit: Int)], of available: [ReadyGroup: Int], turns: [Int64: Int64] = [:]
    ) -> (taken: [ReadyGroup: Int], served: [Int64: Int64], rounds: Int) {
        var rounds = ClaimRounds(wanted: wanted, groups: Array(available.keys), turns: turns)
        var left = available
        var taken: [ReadyGroup: Int] = [:]
        var count = 0
        while true {
            let takes = rounds.next()
            guard !takes.isEmpty else { return (taken, rounds.served, count) }
            count += 1
            for take in takes {
                let found = min(take.limit, left[take.group] ?? 0)
                left[take.group, default: 0] -= found
                taken[take.group, default: 0] += found
                rounds.took(found, of: take)
            }
        }
    }

    @Test func `accounts share equally, in one round`() {
        let result = Self.take([(1, 9)], of: [Self.group(1): 100, Self.group(2): 100, Self.group(3): 100])
        #expect(result.taken.values.allSatisfy { $0 == 3 } && result.rounds == 1)
    }

    @Test func `what an account does not need goes to the others`() {
        let result = Self.take([(1, 10)], of: [Self.group(1): 1, Self.group(2): 100, Self.group(3): 4])
        #expect(result.taken == [Self.group(1): 1, Self.group(2): 5, Self.group(3): 4])
    }

    @Test func `the urgent come first within an account, and give it no greater share`() {
        let urgent = Self.group(1, priority: 0)
        let result = Self.take([(1, 10)], of: [urgent: 1, Self.group(1): 100, Self.group(2): 100])
        #expect(result.taken == [urgent: 1, Self.group(1): 4, Self.group(2): 5])
        #expect(Self.take([(1, 3)], of: [urgent: 9, Self.group(1): 9]).taken[urgent] == 3)
    }

    @Test func `the rest goes to those whose turn it is, and the next time to others`() {
        let available = [Self.group(1): 1000, Self.group(2): 1000, Self.group(3): 1000]
        var turns: [Int64: Int64] = [:]
        var totals: [Int64: Int] = [:]
        for _ in 1...6 {
            let result = Self.take([(1, 5)], of: available, turns: turns)
            turns = result.served
            for (group, count) in result.taken { totals[group.account, default: 0] += count }
        }
        #expect(totals == [1: 10, 2: 10, 3: 10])
    }

    @Test func `with less to give than there are accounts, all have their turn`() {
        let available = Dictionary(uniqueKeysWithValues: (1...5).map { (Self.group($0), 1000) })
        var turns: [Int64: Int64] = [:]
        var order: [Int64] = []
        for _ in 1...5 {
            let result = Self.take([(1, 2)], of: available, turns: turns)
            turns = result.served
            order += result.taken.keys.map(\.account).sorted()
        }
        #expect(order.sorted() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5])
    }

    @Test func `groups that turn out to be empty take nobody's turn`() {
        let available = [Self.group(1): 9, Self.group(2): 0, Self.group(3): 9, Self.group(4): 9]
        #expect(Self.take([(1, 2)], of: available).taken.filter { $0.value > 0 }.values.max() == 1)
    }

    @Test func `one kind does not hinder another`() {
        let other = Self.group(1, kind: 2)
        let result = Self.take([(1, 50), (2, 3), (3, 7)], of: [Self.group(1): 10, other: 100])
        #expect(result.taken == [Self.group(1): 10, other: 3])
    }

    @Test func `nothing wanted and nothing there are nothing to take`() {
        #expect(Self.take([], of: [Self.group(1): 5]).rounds == 0)
        #expect(Self.take([(1, 0)], of: [Self.group(1): 5]).rounds == 0)
        #expect(Self.take([(1, 5)], of: [:]).rounds == 0)
    }

    @Test(arguments: PropertySeed.seeds(rounds: 300))
    func `as much is taken as is wanted and there, and nobody gets more while another waits with less`(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let kinds = (1...Int64.random(in: 1...4, using: &random)).map { $0 }
        var available: [ReadyGroup: Int] = [:]
        for _ in 0..<Int.random(in: 0...40, using: &random) {
            let group = Self.group(
                .random(in: 1...8, using: &random), kind: .random(in: 1...5, using: &random),
                priority: .random(in: 0...3, using: &random))
            available[group] = Int.random(in: 0...(Bool.random(using: &random) ? 3 : 60), using: &random)
        }
        let wanted = kinds.map { (kind: $0, limit: Int.random(in: 0...60, using: &random)) }
        let turns = Dictionary(uniqueKeysWithValues: kinds.map { ($0, Int64.random(in: 0...9, using: &random)) })
        let taken = Self.take(wanted, of: available, turns: turns).taken
        for (kind, limit) in wanted {
            check(kind, limit, taken, available, "ENSUE_SEED=\(seed), kind \(kind)")
        }
        #expect(taken.keys.allSatisfy { kinds.contains($0.kind) }, "ENSUE_SEED=\(seed)")
    }

    private func check(
        _ kind: Int64, _ limit: Int, _ taken: [ReadyGroup: Int], _ available: [ReadyGroup: Int], _ context: Comment
    ) {
        let groups = available.keys.filter { $0.kind == kind }
        let there = groups.reduce(0) { $0 + (available[$1] ?? 0) }
        #expect(groups.reduce(0) { $0 + (taken[$1] ?? 0) } == min(limit, there), context)
        let accounts = Dictionary(grouping: groups, by: \.account).mapValues { groups in
            let got = groups.reduce(0) { $0 + (taken[$1] ?? 0) }
            return (got: got, isWaiting: got < groups.reduce(0) { $0 + (available[$1] ?? 0) })
        }
        let most = accounts.values.map(\.got).max() ?? 0
        for account in accounts.values where account.isWaiting { #expect(most <= account.got + 1, context) }
        for group in groups where (taken[group] ?? 0) < (available[group] ?? 0) {
            let lessUrgent = groups.filter { $0.account == group.account && $0.priority > group.priority }
            #expect(lessUrgent.allSatisfy { (taken[$0] ?? 0) == 0 }, context)
        }
    }
}
