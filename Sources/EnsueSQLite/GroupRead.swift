internal import Ensue
internal import GRDB
internal import Synchronization

/// Small reads that arrive while one is under way share the next snapshot, and so one change of threads.
///
/// A read sees whatever was committed before it was asked for: a snapshot begins after all of its reads have arrived.
final class GroupRead: Sendable {
    private struct Job: Sendable {
        /// Does the work and hands out its result, or passes on why there is none.
        let run: @Sendable (Result<Read, any Error>) -> Void
    }

    private struct State {
        var jobs: [Job] = []
        var isDraining = false
    }

    private let state = Mutex(State())
    private let reader: any DatabaseReader
    private let names: Names
    private let clock: any EngineClock

    init(reader: any DatabaseReader, names: Names, clock: any EngineClock) {
        self.reader = reader
        self.names = names
        self.clock = clock
    }

    /// Returns what `body` makes of the present state. It should take well under a millisecond: others wait for it.
    func perform<Value: Sendable>(
        _ operation: String, _ body: @escaping @Sendable (Read) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            submit(
                Job { read in
                    do {
                        continuation.resume(returning: try body(try read.get()))
                    } catch {
                        continuation.resume(throwing: StoreError.mapping(error, operation: operation))
                    }
                })
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

    /// GRDB's own reads have begun their snapshot before they call back, when later reads may have arrived.
    private func drain() {
        reader.asyncUnsafeRead { database in
            let jobs = self.state.withLock { state in
                defer { state.jobs = [] }
                return state.jobs
            }
            self.run(jobs, database)
            let isMore = self.state.withLock { state in
                state.isDraining = !state.jobs.isEmpty
                return state.isDraining
            }
            if isMore { self.drain() }
        }
    }

    private func run(_ jobs: [Job], _ database: Result<Database, any Error>) {
        let read = Result {
            let database = try database.get()
            if database.isInsideTransaction { try database.rollback() }
            try database.beginTransaction(.deferred)
            return Read(db: database, names: names, now: clock.now())
        }
        for job in jobs { job.run(read) }
        // The results are out. A snapshot that could not be ended is ended before the next one.
        do { try read.get().db.commit() } catch { return }
    }
}
