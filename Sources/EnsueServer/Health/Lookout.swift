internal import Ensue

/// Looks whether the store answers. Anybody may ask, as often as they like: those who ask meanwhile share one look, and
/// what it showed is good for a second.
actor Lookout {
    private static let validity = Duration.seconds(1)

    private let store: any Store
    private let clock: any EngineClock
    private var latest: (at: Duration, result: Result<Void, any Error>)?
    private var isLooking = false
    private var waiting: [CheckedContinuation<Void, any Error>] = []

    init(_ engine: Engine) {
        store = engine.store
        clock = engine.clock
    }

    /// Throws what the store threw.
    func look() async throws {
        if let latest, clock.uptime() - latest.at < Self.validity { return try latest.result.get() }
        guard !isLooking else { return try await withCheckedThrowingContinuation { waiting.append($0) } }
        isLooking = true
        let result: Result<Void, any Error>
        do {
            _ = try await store.pending([])
            result = .success(())
        } catch {
            result = .failure(error)
        }
        isLooking = false
        // Who was cancelled has seen nothing.
        latest = Task.isCancelled ? nil : (clock.uptime(), result)
        for other in waiting { other.resume(with: result) }
        waiting = []
        try result.get()
    }
}
