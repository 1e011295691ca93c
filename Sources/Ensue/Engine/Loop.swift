internal import Logging

/// Does a piece of work whenever it is signalled and now and then unasked, until its task is cancelled. A store that
/// fails is tried again, ever more slowly.
struct Loop: Sendable {
    let name: String
    let signal: Signal
    let pause: Duration
    let environment: RunEnvironment

    /// `work` returns how long to wait unless signalled; nil for the usual pause, zero to be called again at once.
    func run(_ work: @Sendable () async throws -> Duration?) async {
        var failures = 0
        while !Task.isCancelled {
            var wait: Duration
            do {
                wait = min(try await work() ?? pause, pause)
                failures = 0
            } catch is CancellationError {
                return
            } catch {
                failures += 1
                wait = min(.milliseconds(100 << min(failures, 7)), pause)
                environment.logger.error("\(name) failed, will try again", metadata: ["error": "\(error)"])
                await environment.clock.pause(for: wait)
                wait = .zero
            }
            if wait > .zero { await signal.wait(atMost: wait, clock: environment.clock) }
        }
    }
}
