import Ensue
import Synchronization

@testable import EnsuePostgres

/// What a subscription has reported.
final class Reports: Sendable {
    private let all = Mutex<[StoreChanges]>([])

    func note(_ changes: StoreChanges) { all.withLock { $0.append(changes) } }

    func contain(_ condition: (StoreChanges) -> Bool) -> Bool { all.withLock { $0.contains(where: condition) } }

    func clear() { all.withLock { $0 = [] } }
}

extension StoreChanges {
    /// No look finds an outcome, but a notification may mean anything.
    var isHearsay: Bool { contains(.outcomes) && !contains(.cancellations) }
}

extension PostgresStore {
    /// Watches for changes, as an engine does, while `body` runs.
    func watching(_ body: (Reports) async throws -> Void) async throws {
        let reports = Reports()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await changes in self.changes() { reports.note(changes) }
            }
            try await until("the first report") { reports.contain { $0 == .all } }
            reports.clear()
            try await body(reports)
            group.cancelAll()
        }
    }
}
