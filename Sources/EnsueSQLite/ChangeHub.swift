internal import Ensue
internal import Foundation
internal import GRDB
internal import Synchronization

/// Tells subscribers what commits have made possible: commits of this process at once, those of others as soon as
/// SQLite's data version shows that there was one.
///
/// The data version is read on the writer's connection, for which its own commits do not count. That takes about five
/// microseconds, and happens only while somebody subscribes.
final class ChangeHub: Sendable {
    private static let interval = 0.008

    private struct State {
        var subscribers: [Int: AsyncStream<StoreChanges>.Continuation] = [:]
        var nextSubscriber = 0
        var isWatched = false
    }

    private let state = Mutex(State())
    private let writer: any DatabaseWriter
    private let names: Names

    init(writer: any DatabaseWriter, names: Names) {
        self.writer = writer
        self.names = names
    }

    func publish(_ changes: StoreChanges) {
        guard !changes.isEmpty else { return }
        for subscriber in state.withLock({ Array($0.subscribers.values) }) { subscriber.yield(changes) }
    }

    func subscribe() -> AsyncStream<StoreChanges> {
        AsyncStream(bufferingPolicy: .unbounded) { continuation in
            let id = state.withLock { state in
                let id = state.nextSubscriber
                state.nextSubscriber += 1
                state.subscribers[id] = continuation
                return id
            }
            startWatch()
            continuation.onTermination = { [weak self] _ in self?.unsubscribe(id) }
            continuation.yield(.all)
        }
    }

    private func unsubscribe(_ id: Int) {
        state.withLock { $0.subscribers[id] = nil }
    }

    /// One thread, which looks and sleeps: handing the look to the writer's queue costs nothing while that is idle.
    private func startWatch() {
        let mustStart = state.withLock { state in
            defer { state.isWatched = true }
            return !state.isWatched
        }
        guard mustStart else { return }
        let thread = Thread { [weak self] in
            var version: Int64?
            while self?.isWanted() == true {
                Thread.sleep(forTimeInterval: Self.interval)
                version = self?.look(version)
            }
        }
        thread.name = "ensue-watch"
        thread.start()
    }

    /// Whether anybody still subscribes; if not, the watch ends.
    private func isWanted() -> Bool {
        state.withLock { state in
            state.isWatched = !state.subscribers.isEmpty
            return state.isWatched
        }
    }

    /// What another process's commit may have made possible. Cancellations make every worker write a heartbeat, which
    /// is a commit of another process to all the others: they are reported only if there are any.
    private func possibleChanges(_ db: Database) throws -> StoreChanges {
        let cancelling = try db.cachedStatement(
            sql: names.resolve("SELECT 1 FROM {leases} WHERE cancel <> '[]' LIMIT 1"))
        return try Int.fetchOne(cancelling) == nil ? .all.subtracting(.cancellations) : .all
    }

    /// The data version now. The first look and one that fails count as news, since something may have come before.
    private func look(_ version: Int64?) -> Int64? {
        let seen: (version: Int64, changes: StoreChanges)?
        do {
            seen = try writer.writeWithoutTransaction { db in
                let pragma = RawStatement(try db.cachedStatement(sql: "PRAGMA data_version"))
                var found: Int64 = 0
                try pragma.forEach { found = pragma.int(0) }
                return (found, found == version ? [] : try self.possibleChanges(db))
            }
        } catch {
            seen = nil
        }
        if seen?.version != version { publish(seen?.changes ?? .all.subtracting(.cancellations)) }
        return seen?.version
    }
}
