import EnsueTesting
import Testing

@testable import Ensue

@Suite(.timeLimit(.minutes(1)))
struct SignalTests {
    @Test func `a notification that came before the wait is remembered`() async {
        let signal = Signal()
        signal.notify()
        await signal.wait()
    }

    @Test func `several notifications before a wait are one`() async throws {
        let signal = Signal()
        let clock = ManualClock()
        signal.notify()
        signal.notify()
        await signal.wait()
        async let second: Void = signal.wait(atMost: .seconds(5), clock: clock)
        try await clock.waitForSleepers()
        clock.advance(by: .seconds(5))
        await second
    }

    @Test func `a notification ends the wait, and the sleep with it`() async throws {
        let signal = Signal()
        let clock = ManualClock()
        async let waiting: Void = signal.wait(atMost: .seconds(5), clock: clock)
        try await clock.waitForSleepers()
        signal.notify()
        await waiting
        #expect(clock.sleepers == 0)
    }

    @Test func `the time ends the wait, and no waiter is left behind`() async throws {
        let signal = Signal()
        let clock = ManualClock()
        async let waiting: Void = signal.wait(atMost: .seconds(5), clock: clock)
        try await clock.waitForSleepers()
        clock.advance(by: .seconds(4))
        #expect(clock.sleepers == 1)
        clock.advance(by: .seconds(1))
        await waiting
        signal.notify()
        await signal.wait()
    }

    @Test func `a cancelled task does not wait`() async {
        let signal = Signal()
        let waiting = Task { await signal.wait() }
        waiting.cancel()
        await waiting.value
    }

    @Test func `no notification is lost between two that take turns`() async {
        let (ping, pong) = (Signal(), Signal())
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for _ in 0..<2000 {
                    await ping.wait()
                    pong.notify()
                }
            }
            group.addTask {
                for _ in 0..<2000 {
                    ping.notify()
                    await pong.wait()
                }
            }
        }
    }
}
