public import Ensue

extension PostgresStore {
    public func events(_ query: EventQuery) async throws -> Page<RecordedEvent, EventID> {
        try await runner.perform("events") { try $0.page(query) }
    }

    public func effects(_ query: EffectQuery) async throws -> Page<EffectRecord, EffectID> {
        let (marks, clock) = (readyMarks, clock)
        return try await runner.perform("effects") { try $0.page(query, marks: marks, clock: clock) }
    }
}
