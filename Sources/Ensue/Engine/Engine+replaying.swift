extension Engine {
    /// Repeats an effect as a new one that refers to it, with the same payload unless another is given; both are in the
    /// ledger. Nil if there is none. The way to run a completed effect again.
    ///
    /// With a `key` that the account has already, nothing is stored and the receipt names the first effect. Another
    /// payload has to be acceptable as a new request's would: throws what ``accept(_:)`` throws, except ``UnknownKind``
    /// where `acceptingUnknownKinds`.
    public func replay(
        _ id: EffectID, payload: JSONText? = nil, key: String? = nil, acceptingUnknownKinds: Bool = false
    ) async throws -> Receipt<EffectID>? {
        guard let record = try await store.effect(id) else { return nil }
        var request = EffectRequest(
            account: record.account, kind: record.kind, payload: payload ?? record.payload, key: key,
            priority: record.priority)
        request.origin = EffectOrigin(event: record.origin.event, rule: record.origin.rule, replayOf: id)
        request.depth = record.depth
        if payload != nil, !request.kind.isListener {
            do { try await accept(request) } catch let error as UnknownKind {
                guard acceptingUnknownKinds else { throw error }
            }
        }
        return try await self.request([request])[0]
    }
}
