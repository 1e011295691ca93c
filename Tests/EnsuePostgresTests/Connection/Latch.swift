import Dispatch

/// Holds a connection's own thread, which may block.
final class Latch: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func wait() { semaphore.wait() }

    func open() { semaphore.signal() }
}
