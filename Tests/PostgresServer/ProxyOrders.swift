internal import Synchronization

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// What the proxy's thread is to do next; a socket wakes it.
final class ProxyOrders: Sendable {
    typealias Order = @Sendable (inout ProxyLoop) -> Void

    let wakeable: Int32
    private let waker: Int32
    /// Nil when the thread has ended: nothing is carried out any more.
    private let waiting = Mutex<[Order]?>([])

    init() throws {
        (wakeable, waker) = try Socket.pair()
        Socket.doNotBlock(wakeable)
    }

    deinit {
        close(wakeable)
        close(waker)
    }

    /// False when the thread has ended.
    @discardableResult
    func post(_ order: @escaping Order) -> Bool {
        let isTaken = waiting.withLock { waiting in
            waiting?.append(order)
            return waiting != nil
        }
        if isTaken { Socket.send([0], to: waker) }
        return isTaken
    }

    /// Nil when the thread has ended.
    @discardableResult
    func carryOut<Value: Sendable>(_ order: @escaping @Sendable (inout ProxyLoop) -> Value) async -> Value? {
        await withCheckedContinuation { continuation in
            let isTaken = post { continuation.resume(returning: order(&$0)) }
            if !isTaken { continuation.resume(returning: nil) }
        }
    }

    func take() -> [Order] {
        var drain: [UInt8] = Array(repeating: 0, count: 64)
        while read(wakeable, &drain, drain.count) > 0 {}
        return waiting.withLock { waiting in
            guard let orders = waiting else { return [] }
            waiting = []
            return orders
        }
    }

    /// The last orders; from here on none is taken.
    func end() -> [Order] {
        waiting.withLock { waiting in
            defer { waiting = nil }
            return waiting ?? []
        }
    }
}
