internal import Synchronization

/// Up to where retention has looked in its present round through the ledger. Rounds are repeated until one has deleted
/// nothing: what a round deletes may set free what it has passed before.
package final class RetirementCursor: Sendable {
    package struct Position: Sendable {
        /// Behind which effect and which event to look; nil once there are no more.
        package var effect: Int64? = 0
        package var event: Int64? = 0
        fileprivate var hasDeleted = false

        package var isAtStart: Bool { effect == 0 && event == 0 && !hasDeleted }
        fileprivate var isDone: Bool { effect == nil && event == nil }
    }

    private let position = Mutex(Position())

    package init() {}

    /// Whether the next window is the first of a round.
    package var isAtStart: Bool { position.withLock { $0.isAtStart } }

    /// Looks at window after window until something has been deleted or there is no more, and returns how much has
    /// been. `window` returns how much it has deleted and where the next one begins.
    package func advance(_ window: (Position) async throws -> (deleted: Int, next: Position)) async throws -> Int {
        while true {
            let before = position.withLock { $0 }
            var (deleted, next) = try await window(before)
            next.hasDeleted = before.hasDeleted || deleted > 0
            let isOver = next.isDone && !next.hasDeleted
            let kept = next.isDone ? Position() : next
            position.withLock { $0 = kept }
            if deleted > 0 || isOver { return deleted }
        }
    }
}
