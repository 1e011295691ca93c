public import Ensue

extension PostgresStore {
    public func events(_ query: EventQuery) async throws -> Page<RecordedEvent, EventID> {
        try await runner.perform("events") { try $0.page(query) }
    }

    public func effects(_ query: EffectQuery) async throws -> Page<EffectRecord, EffectID> {
        try await runner.perform("effects") { [clock] in try $0.page(query, clock: clock) }
    }
}
