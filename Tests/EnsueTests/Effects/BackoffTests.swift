import Ensue
import EnsueTesting
import Testing

@Suite struct BackoffTests {
    @Test func `an exponential delay doubles until it reaches its limit`() {
        let backoff = Backoff.exponential(from: .seconds(1), limit: .seconds(60), jitter: 0)
        let delays = (1...9).map { backoff.delay(afterAttempt: $0, random: 0.9) }
        #expect(delays == [1, 2, 4, 8, 16, 32, 60, 60, 60].map { .seconds($0) })
    }

    @Test func `a schedule goes on with its last delay`() {
        let backoff = Backoff.schedule([.seconds(5), .seconds(300)], jitter: 0)
        let delays = (1...4).map { backoff.delay(afterAttempt: $0, random: 0) }
        #expect(delays == [.seconds(5), .seconds(300), .seconds(300), .seconds(300)])
        #expect(Backoff.schedule([]).delay(afterAttempt: 3, random: 0.7) == .zero)
    }

    @Test func `a fixed delay is always the same`() {
        for attempt in [1, 2, 1000] {
            #expect(Backoff.fixed(.seconds(3)).delay(afterAttempt: attempt, random: 0.99) == .seconds(3))
        }
    }

    @Test func `without jitter a later attempt never waits less`() {
        let backoffs = [
            Backoff.exponential(from: .milliseconds(1), limit: .seconds(3600), jitter: 0),
            .exponential(from: .seconds(3600), limit: .seconds(1), jitter: 0), .fixed(.seconds(1)),
        ]
        for backoff in backoffs {
            let delays = (1...200).map { backoff.delay(afterAttempt: $0, random: 0.5) }
            #expect(zip(delays, delays.dropFirst()).allSatisfy { $0 <= $1 })
        }
    }

    @Test(arguments: PropertySeed.seeds(rounds: 5))
    func `jitter varies a delay up and down by its share, and never makes it negative`(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let jitter = Double.random(in: -0.5...1.5, using: &generator)
            let share = min(max(jitter, 0), 1)
            let attempt = Int.random(in: -5...2000, using: &generator)
            let first = Duration.milliseconds(Int.random(in: 1...10_000_000, using: &generator))
            let exact = Backoff.exponential(from: first, jitter: 0).delay(afterAttempt: attempt, random: 0)
            let random = Double.random(in: 0..<1, using: &generator)
            let delay = Backoff.exponential(from: first, jitter: jitter).delay(afterAttempt: attempt, random: random)
            #expect(delay >= .zero)
            #expect(delay >= exact * (1 - share) - .nanoseconds(1))
            #expect(delay <= exact * (1 + share) + .nanoseconds(1))
        }
    }

    @Test func `the least and the greatest random number give the bounds`() {
        let backoff = Backoff.fixed(.seconds(10), jitter: 0.2)
        #expect(abs(backoff.delay(afterAttempt: 1, random: 0).seconds - 8) < 1e-6)
        #expect(abs(backoff.delay(afterAttempt: 1, random: 0.5).seconds - 10) < 1e-6)
        #expect(abs(backoff.delay(afterAttempt: 1, random: 1).seconds - 12) < 1e-6)
    }

    @Test func `an attempt before the first is taken as the first`() {
        let backoff = Backoff.exponential(jitter: 0)
        #expect(backoff.delay(afterAttempt: 0, random: 0) == .seconds(1))
        #expect(backoff.delay(afterAttempt: .min, random: 0) == .seconds(1))
        #expect(backoff.delay(afterAttempt: .max, random: 0) == .seconds(3600))
    }

    @Test func `a policy survives its way through JSON`() throws {
        let policies: [HandlerPolicy] = [
            .standard, .atMostOnce, .retrying(attempts: 2, backoff: .schedule([.seconds(1)]), timeout: .seconds(9)),
            HandlerPolicy(backoff: .fixed(.milliseconds(1)), needsApproval: true, concurrency: 3),
        ]
        for policy in policies { #expect(try JSONText.encoding(policy).decode(HandlerPolicy.self) == policy) }
    }

    @Test func `a policy has at least one attempt and one slot`() {
        let policy = HandlerPolicy(attempts: -1, concurrency: 0)
        #expect(policy.attempts == 1)
        #expect(policy.concurrency == 1)
    }
}
