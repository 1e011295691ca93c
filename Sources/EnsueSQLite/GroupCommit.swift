internal import DequeModule
internal import Ensue
internal import GRDB
internal import Synchronization

/// The one writer. Verbs that arrive while a transaction is under way share the next one: each in a savepoint of its
/// own, so that one that throws undoes nothing of the others, and all acknowledged by the same commit.
final class GroupCommit: Sendable {
    /// A transaction takes in no further verb after this long.
    private static let budget = Duration.milliseconds(8)

    private struct Job: Sendable {
        /// Does the work and keeps its result.
        let run: @Sendable (inout Write) throws -> Void
        /// Acknowledges, or passes on why not.
        let finish: @Sendable ((any Error)?) -> Void
    }

    private struct State {
        var jobs = Deque<Job>()
        var isDraining = false
    }

    private let state = Mutex(State())
    private let writer: any DatabaseWriter
    private let names: Names
    private let clock: any EngineClock
    private let onCommit: @Sendable (StoreChanges) -> Void

    init(
        writer: any DatabaseWriter, names: Names, clock: any EngineClock,
        onCommit: @escaping @Sendable (StoreChanges) -> Void
    ) {
        self.writer = writer
        self.names = names
        self.clock = clock
        self.onCommit = onCommit
    }

    /// Runs `body` in a write transaction and returns its result once that is durable. Not cancellable: what has been
    /// handed over will be done or refused.
    func perform<Value: Sendable>(
        _ operation: String, _ body: @escaping @Sendable (inout Write) throws -> Value
    ) async throws -> Value {
        let result = Mutex<Value?>(nil)
        return try await withCheckedThrowingContinuation { continuation in
            let job = Job(
                run: { write in
                    let value = try body(&write)
                    try write.finish()
                    result.withLock { $0 = value }
                },
                finish: { error in
                    if let error {
                        return continuation.resume(throwing: StoreError.mapping(error, operation: operation))
                    }
                    if let value = result.withLock({ $0 }) { continuation.resume(returning: value) }
                })
            submit(job)
        }
    }

    private func submit(_ job: Job) {
        let mustDrain = state.withLock { state in
            state.jobs.append(job)
            defer { state.isDraining = true }
            return !state.isDraining
        }
        if mustDrain { drain() }
    }

    /// One transaction at a time: between two, others who write through this connection have their turn.
    private func drain() {
        writer.asyncWriteWithoutTransaction { db in
            var done: [Job] = []
            do {
                let changes = try self.transaction(db, &done)
                for job in done { job.finish(nil) }
                self.onCommit(changes)
            } catch {
                for job in done { job.finish(error) }
            }
            let isMore = self.state.withLock { state in
                state.isDraining = !state.jobs.isEmpty
                return state.isDraining
            }
            if isMore { self.drain() }
        }
    }

    /// Runs jobs until the time is up or none is left. On return they are committed; on a throw none of `done` is.
    private func transaction(_ db: Database, _ done: inout [Job]) throws -> StoreChanges {
        var changes: StoreChanges = []
        do {
            try db.beginTransaction(.immediate)
        } catch {
            state.withLock { state in
                done.append(contentsOf: state.jobs)
                state.jobs.removeAll()
            }
            throw error
        }
        let end = clock.uptime() + Self.budget
        let now = clock.now()
        repeat {
            guard let job = state.withLock({ $0.jobs.popFirst() }) else { break }
            var write = Write(db: db, names: names, now: now)
            // The only verb so far needs no savepoint: if it throws, there is nothing else to keep.
            let isAlone = done.isEmpty && state.withLock { $0.jobs.isEmpty }
            do {
                if isAlone { try job.run(&write) } else { try inSavepoint(db) { try job.run(&write) } }
                done.append(job)
                changes.formUnion(write.changes)
            } catch {
                let canGoOn = db.isInsideTransaction && !isAlone
                guard canGoOn else {
                    done.append(job)
                    if db.isInsideTransaction { try db.rollback() }
                    throw error
                }
                job.finish(error)
            }
        } while clock.uptime() < end
        do {
            try db.commit()
        } catch {
            if db.isInsideTransaction { try db.rollback() }
            throw error
        }
        return changes
    }

    /// SQLite itself ends the transaction on some errors (disk full); then there is no savepoint to go back to.
    private func inSavepoint(_ db: Database, _ body: () throws -> Void) throws {
        try db.cachedStatement(sql: "SAVEPOINT verb").execute()
        do {
            try body()
            try db.cachedStatement(sql: "RELEASE verb").execute()
        } catch {
            if db.isInsideTransaction {
                try db.execute(sql: "ROLLBACK TO verb")
                try db.execute(sql: "RELEASE verb")
            }
            throw error
        }
    }
}
