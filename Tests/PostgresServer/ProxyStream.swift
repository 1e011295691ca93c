#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// One direction of a connection.
struct ProxyStream {
    private(set) var hasEnded = false
    /// The end, too, has been passed on.
    private(set) var isFinished = false

    private let source: Int32
    private let target: Int32
    private var pieces: [(bytes: ArraySlice<UInt8>, due: ContinuousClock.Instant)] = []

    init(from source: Int32, to target: Int32) {
        self.source = source
        self.target = target
    }

    /// A socket of which nothing is awaited is left out, because a lost one would never stop to be reported.
    func awaited(_ now: ContinuousClock.Instant) -> [pollfd] {
        var awaited: [pollfd] = []
        if mayRead { awaited.append(pollfd(fd: source, events: Int16(POLLIN), revents: 0)) }
        if let first = pieces.first, first.due <= now {
            awaited.append(pollfd(fd: target, events: Int16(POLLOUT), revents: 0))
        }
        return awaited
    }

    func nextDue(after now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        if let due = pieces.first?.due, due > now { due } else { nil }
    }

    mutating func enqueue(_ bytes: [UInt8], due: ContinuousClock.Instant) {
        pieces.append((bytes[...], due))
    }

    /// What there is to read now; nil when the connection is lost.
    mutating func read() -> [UInt8]? {
        guard mayRead else { return [] }
        var buffer: [UInt8] = Array(repeating: 0, count: 65_536)
        let count = recv(source, &buffer, buffer.count, 0)
        if count == 0 { hasEnded = true }
        if count < 0 && errno != EAGAIN && errno != EINTR { return nil }
        return Array(buffer.prefix(max(0, count)))
    }

    /// Passes on what is due; false when the connection is lost.
    mutating func write() -> Bool {
        let now = ContinuousClock.now
        while let (bytes, due) = pieces.first, due <= now {
            let count = Socket.send(bytes, to: target)
            if count < 0 { return errno == EAGAIN || errno == EINTR }
            if count < bytes.count {
                pieces[0].bytes = bytes.dropFirst(count)
            } else {
                pieces.removeFirst()
            }
        }
        if hasEnded && pieces.isEmpty && !isFinished {
            shutdown(target, Int32(SHUT_WR))
            isFinished = true
        }
        return true
    }

    /// Reads on only while few pieces are on the way: a slow reader slows down its writer.
    private var mayRead: Bool { !hasEnded && pieces.count < 256 }
}
