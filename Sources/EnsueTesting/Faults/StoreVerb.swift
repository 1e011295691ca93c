/// The verbs of a store, as names.
public enum StoreVerb: String, Sendable, Hashable, CaseIterable {
    case record, request, reject
    case join, beat, leave, route, claim, settle, release, rescue, advance, follow, retire, pending
    case command, note
    case event, effect, knownKinds, counters
    case events, effects, consequences, kinds, rejections, rejection, resolve
}
