#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A pair of sockets, from client and to server, with what is on the way between them.
struct ProxyConnection {
    private(set) var isClosed = false

    private let client: Int32
    private let server: Int32
    private var requests: ProxyStream
    private var answers: ProxyStream
    /// The last bytes from the client, for a pattern that arrives in pieces.
    private var tail: [UInt8] = []
    private var swallowed: Swallowed?

    /// The answer that the client will not get.
    private struct Swallowed {
        var tail: [UInt8] = []
        var lastByte: ContinuousClock.Instant?

        mutating func add(_ answered: [UInt8]) {
            tail = (tail + answered).suffix(6)
            lastByte = .now
        }

        /// 'Z', the message's length, and one byte for the transaction's state.
        var isReadyForQuery: Bool { tail.count == 6 && tail.starts(with: [0x5A, 0, 0, 0, 5]) }

        var isComplete: Bool {
            guard let lastByte else { return false }
            return isReadyForQuery || ContinuousClock.now >= lastByte + .milliseconds(250)
        }
    }

    init(client: Int32, server: Int32) {
        self.client = client
        self.server = server
        for socket in [client, server] {
            Socket.doNotBlock(socket)
            Socket.sendAtOnce(socket)
        }
        requests = ProxyStream(from: client, to: server)
        answers = ProxyStream(from: server, to: client)
    }

    func awaited(_ now: ContinuousClock.Instant) -> [pollfd] {
        [requests, answers].flatMap { $0.awaited(now) }
    }

    func nextDue(after now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        let quiet = swallowed?.lastByte.map { $0 + .milliseconds(250) }
        return [requests.nextDue(after: now), answers.nextDue(after: now), quiet].compactMap { $0 }.min()
    }

    func reset() {
        Socket.reset(client)
        Socket.reset(server)
    }

    mutating func forward(delay: Duration, trap: inout ProxyTrap?) {
        let due = ContinuousClock.now + delay
        guard let sent = requests.read(), let answered = answers.read() else { return breakOff() }
        // In this order: what was answered by now is no answer to what was sent just now.
        if !answered.isEmpty { take(answered, due: due) }
        if !sent.isEmpty {
            spring(&trap, sent)
            requests.enqueue(sent, due: due)
        }
        if let swallowed, swallowed.isComplete || answers.hasEnded { return cutAnswer() }
        guard requests.write(), answers.write() else { return breakOff() }
        if requests.isFinished && answers.isFinished {
            close(client)
            close(server)
            isClosed = true
        }
    }

    private mutating func spring(_ trap: inout ProxyTrap?, _ sent: [UInt8]) {
        guard let pattern = trap?.pattern else {
            tail = []
            return
        }
        let overlap = max(0, pattern.count - 1)
        let text = tail.suffix(overlap) + sent
        if text.contains(pattern) {
            swallowed = Swallowed()
            trap = nil
        }
        tail = Array(text.suffix(overlap))
    }

    private mutating func take(_ answered: [UInt8], due: ContinuousClock.Instant) {
        if swallowed == nil { answers.enqueue(answered, due: due) } else { swallowed?.add(answered) }
    }

    /// The server gets an end, not a reset, lest it misses what it was sent.
    private mutating func cutAnswer() {
        Socket.reset(client)
        close(server)
        isClosed = true
    }

    private mutating func breakOff() {
        reset()
        isClosed = true
    }
}

/// A cut that waits for bytes from any client; without a pattern, for the next ones.
struct ProxyTrap {
    let pattern: [UInt8]

    init(_ pattern: [UInt8]) {
        self.pattern = pattern
    }
}
