internal import DequeModule
internal import Ensue
internal import GRDB
internal import Synchronization

/// Small reads that arrive while one is under way share the next snapshot, and so one change of threads.
///
/// A read sees whatever was committed before it was asked for: a snapshot begins after all of its reads have arrived.
final class GroupRead: Sendable {
    /// A snapshot serves so many reads, and the next ones wait for another: the log must be able to be reset.
    private static let limit = 500

    private struct Job: Sendable {
        /// Does the work and hands out its result, or passes on why there is none.
        let run: @Sendable (Result<Snapshot, any Error>) -> Void
    }

    /// What the reads of one snapshot share.
    struct Snapshot {
        let read: Read
        let leases = OpenLeases()
    }

    private struct State {
        var jobs = Deque<Job>()
        var isDraining = false

        /// The jobs of the next snapshot.
        mutating func take() -> [Job] {
            let taken = Array(jobs.prefix(GroupRead.limit))
            jobs.removeFirst(taken.count)
            return taken
        }
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
        _ operation: String, _ body: @escaping @Sendable (Snapshot) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            submit(
                Job { snapshot in
                    do {
                        continuation.resume(returning: try body(try snapshot.get()))
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
            self.run(self.state.withLock { $0.take() }, database)
            let isMore = self.state.withLock { state in
                state.isDraining = !state.jobs.isEmpty
                return state.isDraining
            }
            if isMore { self.drain() }
        }
    }

    private func run(_ jobs: [Job], _ database: Result<Database, any Error>) {
        var waiting = jobs
        do {
            try database.get().inTransaction(.deferred) { [names, clock] in
                let database = try database.get()
                let snapshot = Snapshot(read: Read(db: database, names: names, now: clock.now()))
                for job in jobs { job.run(.success(snapshot)) }
                waiting = []
                return .commit
            }
        } catch {
            // Once the results are out, a snapshot that could not be ended has been rolled back, and is nobody's concern.
            for job in waiting { job.run(.failure(error)) }
        }
    }
}
