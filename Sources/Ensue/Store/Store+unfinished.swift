// Until both stores have them.
extension Store {
    public func events(_ query: EventQuery) async throws -> Page<RecordedEvent, EventID> { throw unfinished }
    public func effects(_ query: EffectQuery) async throws -> Page<EffectRecord, EffectID> { throw unfinished }
    public func consequences(ofEvents: [EventID], ofEffects: [EffectID], limit: Int) async throws -> Consequences {
        throw unfinished
    }
    public func kinds(for account: Account) async throws -> [KindStatus] { throw unfinished }
    public func rejections(_ query: RejectionQuery) async throws -> Page<KeptRejection, RejectionID> {
        throw unfinished
    }
    public func rejection(_ id: RejectionID) async throws -> KeptRejection? { throw unfinished }
    public func resolve(_ rejection: RejectionID, as resolution: String) async throws -> Bool { throw unfinished }
    private var unfinished: StoreError { StoreError(.unavailable, operation: "list", detail: "unfinished") }
}
