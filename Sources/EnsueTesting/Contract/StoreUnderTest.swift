public import Ensue

/// A fresh, empty store and control over its time, as ``StoreContract`` takes it.
public struct StoreUnderTest: Sendable {
    /// Makes a store that shares nothing with any other.
    public typealias Factory = @Sendable () async throws -> StoreUnderTest

    public let store: any Store
    /// What the store's clock shows.
    public let now: @Sendable () async throws -> Timestamp
    /// How far the store's clock may move by itself during a case; zero for one that stands still.
    public let precision: Duration
    /// Lets time pass for the store.
    public let advance: @Sendable (Duration) async throws -> Void
    /// Runs one statement of plain SQL as another program would, for stores into which anyone may insert.
    public let executeSQL: (@Sendable (String) async throws -> Void)?
    /// Called when the case is over, however it ended.
    public let tearDown: @Sendable () async throws -> Void

    public init(
        store: any Store, now: @escaping @Sendable () async throws -> Timestamp, precision: Duration = .seconds(10),
        advance: @escaping @Sendable (Duration) async throws -> Void,
        executeSQL: (@Sendable (String) async throws -> Void)? = nil,
        tearDown: @escaping @Sendable () async throws -> Void = {}
    ) {
        self.store = store
        self.now = now
        self.precision = precision
        self.advance = advance
        self.executeSQL = executeSQL
        self.tearDown = tearDown
    }

    /// A store whose time is a manual clock's.
    public init(
        store: any Store, clock: ManualClock, executeSQL: (@Sendable (String) async throws -> Void)? = nil,
        tearDown: @escaping @Sendable () async throws -> Void = {}
    ) {
        self.init(
            store: store, now: { clock.now() }, precision: .zero, advance: { clock.advance(by: $0) },
            executeSQL: executeSQL, tearDown: tearDown)
    }
}
