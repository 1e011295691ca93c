internal import Logging
internal import NIOCore
internal import Synchronization

/// The open connections of a server. Beyond the limit a new one takes the place of one that has kept the server waiting
/// for long, idle or not; never of one whose request is being answered.
final class Connections: Sendable {
    private let limit: Int
    private let open = Atomic<Int>(0)
    private let loops = Mutex<[ObjectIdentifier: NIOLoopBound<LoopConnections>]>([:])

    init(limit: Int) { self.limit = limit }

    /// Counts a connection, on its event loop. The caller removes it when it is closed.
    func add(_ connection: PaceHandler, on eventLoop: any EventLoop) {
        let siblings = siblings(on: eventLoop)
        siblings.add(connection)
        guard open.add(1, ordering: .relaxed).newValue > limit else { return }
        (siblings.slowest() ?? connection).dismiss()
    }

    func remove(_ connection: PaceHandler, on eventLoop: any EventLoop) {
        siblings(on: eventLoop).remove(connection)
        open.subtract(1, ordering: .relaxed)
    }

    private func siblings(on eventLoop: any EventLoop) -> LoopConnections {
        loops.withLock { loops in
            if let known = loops[ObjectIdentifier(eventLoop)] { return known }
            let fresh = NIOLoopBound(LoopConnections(), eventLoop: eventLoop)
            loops[ObjectIdentifier(eventLoop)] = fresh
            return fresh
        }.value
    }
}

/// The connections of one event loop, used on it alone.
private final class LoopConnections {
    private static let sample = 256
    private var all: [PaceHandler] = []
    private var start = 0

    func add(_ connection: PaceHandler) {
        connection.place = all.count
        all.append(connection)
    }

    func remove(_ connection: PaceHandler) {
        let last = all.count - 1
        all.swapAt(connection.place, last)
        all[connection.place].place = connection.place
        all.removeLast()
    }

    /// The slowest of a few hundred, others every time; of all, if those are being answered.
    func slowest() -> PaceHandler? {
        var slowest: PaceHandler?
        for offset in 0..<all.count {
            if offset >= Self.sample, slowest != nil { break }
            let connection = all[(start + offset) % all.count]
            guard !connection.isDismissed, connection.pace.wait != nil else { continue }
            if slowest.map({ connection.pace.since < $0.pace.since }) ?? true { slowest = connection }
        }
        start = (start + Self.sample) % max(all.count, 1)
        return slowest
    }
}
