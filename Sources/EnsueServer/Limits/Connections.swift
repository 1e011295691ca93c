internal import Logging
internal import NIOCore
internal import Synchronization

/// The open connections of a server. Beyond the limit a new one takes the place of the one that has kept the server
/// waiting for longest: an idle one if there is one, never one whose request is being answered.
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
        (siblings.mostDispensable ?? connection).dismiss()
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
    private var all: [PaceHandler] = []

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

    /// Looks at all of them, which happens only when there are too many.
    var mostDispensable: PaceHandler? {
        var best: (wait: RequestPace.Wait, since: NIODeadline, connection: PaceHandler)?
        for connection in all where !connection.isDismissed {
            guard let wait = connection.pace.wait else { continue }
            let since = connection.pace.since
            guard best.map({ (wait, since) < ($0.wait, $0.since) }) ?? true else { continue }
            best = (wait, since, connection)
        }
        return best?.connection
    }
}
