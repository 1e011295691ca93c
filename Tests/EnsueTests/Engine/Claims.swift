import Ensue

/// Claimed effects made by hand, for tests without a store.
func claimedEffect(
    _ id: Int64 = 1, kind: EffectKind = "test", lease: Int64 = 1, payload: JSONText = .emptyObject, run: Int = 1,
    history: EffectHistory = EffectHistory(), depth: Int = 0, event: RecordedEvent? = nil
) -> ClaimedEffect {
    ClaimedEffect(
        id: EffectID(rawValue: id), lease: LeaseID(rawValue: lease), account: "acme", kind: kind, payload: payload,
        key: nil, run: run, history: history, origin: EffectOrigin(), depth: depth, event: event)
}
