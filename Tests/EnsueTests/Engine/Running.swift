import EnsueTesting

@testable import Ensue

/// Runs engines for as long as `body` takes. Time passes only while everybody who works by the clock is asleep.
func running<Result: Sendable>(
    _ engines: [Engine], clock: ManualClock, _ body: () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Void.self) { group in
        for engine in engines { group.addTask { try await engine.run() } }
        group.addTask { await passTime(clock, sleepers: engines.count * 7) }
        let result = try await body()
        group.cancelAll()
        try await group.waitForAll()
        return result
    }
}

/// Lets time pass in small steps until the task is cancelled.
private func passTime(_ clock: ManualClock, sleepers: Int) async {
    while !Task.isCancelled {
        do { try await clock.waitForSleepers(sleepers) } catch { return }
        clock.advance(by: .milliseconds(50))
        await Task.yield()
    }
}

extension Engine {
    /// The effect once `condition` holds; looks again whenever its state may have changed.
    func effect(_ id: EffectID, when condition: (EffectState) -> Bool) async throws -> EffectRecord {
        while true {
            guard let record = try await store.effect(id) else { throw Invalid("there is no effect \(id)") }
            if condition(record.state) { return record }
            await environment.clock.pause(for: .milliseconds(100))
            try Task.checkCancellation()
        }
    }
}
