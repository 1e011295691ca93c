#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// The proxy's only thread: everything of the proxy happens here, one thing at a time.
struct ProxyLoop {
    var mode = FaultyProxy.Mode.pass
    var trap: ProxyTrap?
    private(set) var connections: [ProxyConnection] = []

    private let listener: Int32
    private let target: Int
    private let orders: ProxyOrders
    private var isStopped = false

    init(listener: Int32, target: Int, orders: ProxyOrders) {
        self.listener = listener
        self.target = target
        self.orders = orders
        Socket.doNotBlock(listener)
    }

    mutating func run() {
        while true {
            wait()
            for order in orders.take() { order(&self) }
            if isStopped { break }
            accept()
            if !isStalled { forward() }
        }
        for order in orders.end() { order(&self) }
        close(listener)
    }

    mutating func cut() {
        for connection in connections { connection.reset() }
        connections = []
    }

    mutating func stop() {
        cut()
        isStopped = true
    }

    private var isStalled: Bool {
        if case .stall = mode { true } else { false }
    }

    private var delay: Duration {
        if case .delay(let delay) = mode { delay } else { .zero }
    }

    /// Returns when there is something to read, to write, to accept or to carry out, or when a delay is over.
    private func wait() {
        var awaited = [
            pollfd(fd: orders.wakeable, events: Int16(POLLIN), revents: 0),
            pollfd(fd: listener, events: Int16(POLLIN), revents: 0),
        ]
        var next: ContinuousClock.Instant?
        if !isStalled {
            let now = ContinuousClock.now
            for connection in connections {
                awaited += connection.awaited(now)
                next = [next, connection.nextDue(after: now)].compactMap { $0 }.min()
            }
        }
        // Rounded up, so as not to wake too early again and again.
        let milliseconds = next.map { Int32(max(0, ContinuousClock.now.duration(to: $0) / .milliseconds(1))) + 1 }
        poll(&awaited, nfds_t(awaited.count), milliseconds ?? -1)
    }

    private mutating func accept() {
        while let client = Socket.accept(from: listener) {
            if case .refuse = mode {
                close(client)
            } else if let server = Socket.connect(to: target) {
                connections.append(ProxyConnection(client: client, server: server))
            } else {
                Socket.reset(client)
            }
        }
    }

    private mutating func forward() {
        for index in connections.indices { connections[index].forward(delay: delay, trap: &trap) }
        connections.removeAll { $0.isClosed }
    }
}
