import Ensue
import EnsueTesting
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ManualClockTests {
    @Test func `time stands still until it is told to go on, and the wall clock goes with it`() {
        let clock = ManualClock(start: Timestamp(milliseconds: 1000))
        #expect(clock.now().milliseconds == 1000)
        #expect(clock.uptime() == .zero)
        clock.advance(by: .milliseconds(1500))
        #expect(clock.now().milliseconds == 2500)
        #expect(clock.uptime() == .milliseconds(1500))
    }

    @Test func `sleepers wake when their time has come, and not before`() async throws {
        let clock = ManualClock()
        async let short: Void = clock.sleep(for: .seconds(1))
        async let long: Void = clock.sleep(for: .seconds(10))
        try await clock.waitForSleepers(2)
        clock.advance(by: .milliseconds(999))
        #expect(clock.sleepers == 2)
        clock.advance(by: .milliseconds(1))
        try await short
        #expect(clock.sleepers == 1)
        clock.advance(by: .seconds(100))
        try await long
    }

    @Test func `who sleeps for no time does not sleep`() async throws {
        let clock = ManualClock()
        try await clock.sleep(for: .zero)
        try await clock.sleep(for: .seconds(-1))
    }

    @Test func `a cancelled sleeper wakes at once with an error, however early it is cancelled`() async {
        let clock = ManualClock()
        for _ in 0..<200 {
            let sleeper = Task { try await clock.sleep(for: .seconds(1)) }
            sleeper.cancel()
            await #expect(throws: CancellationError.self) { try await sleeper.value }
        }
        #expect(clock.sleepers == 0)
    }

    @Test func `waiting for sleepers ends when there are enough, or when it is cancelled`() async throws {
        let clock = ManualClock()
        let sleepers = (1...3).map { _ in Task { try await clock.sleep(for: .seconds(1)) } }
        try await clock.waitForSleepers(3)
        let waiting = Task { try await clock.waitForSleepers(4) }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        clock.advance(by: .seconds(1))
        for sleeper in sleepers { try await sleeper.value }
    }

    @Test func `many who sleep and wake at once are all woken`() async throws {
        let clock = ManualClock()
        try await withThrowingTaskGroup { group in
            for number in 1...100 { group.addTask { try await clock.sleep(for: .seconds(number % 7 + 1)) } }
            try await clock.waitForSleepers(100)
            for _ in 1...7 { clock.advance(by: .seconds(1)) }
            try await group.waitForAll()
        }
        #expect(clock.sleepers == 0)
    }
}
