/// Puts a tree of causes together from its levels.
struct TraceGathering {
    private enum Cause: Hashable {
        case event(EventID)
        case effect(EffectID)
    }

    private var children: [Cause: [Trace.Subject]] = [:]
    private var seen: Set<Cause>
    private(set) var level: (events: [EventID], effects: [EffectID])
    /// How many more the trace may show.
    private(set) var room = Trace.limit - 1
    private(set) var isCut = false

    init(_ root: Trace.Subject) {
        level = ([], [])
        seen = [Self.cause(root)]
        enqueue(root)
    }

    var isComplete: Bool { isCut || (level.events.isEmpty && level.effects.isEmpty) }

    /// Takes in what followed from the present level, which becomes the next one.
    mutating func add(_ consequences: Consequences) {
        let parents = (events: Set(level.events), effects: Set(level.effects))
        level = ([], [])
        for effect in consequences.effects {
            guard let parent = Self.parent(of: effect, among: parents) else { continue }
            add(.effect(effect), under: parent)
        }
        for event in consequences.events {
            guard let cause = event.cause, parents.effects.contains(cause) else { continue }
            add(.event(event), under: .effect(cause))
        }
    }

    private mutating func add(_ subject: Trace.Subject, under parent: Cause) {
        guard seen.insert(Self.cause(subject)).inserted else { return }
        guard room > 0 else {
            isCut = true
            return
        }
        room -= 1
        children[parent, default: []].append(subject)
        enqueue(subject)
    }

    /// A replay stands beneath what it repeats, not beside it.
    private static func parent(
        of effect: EffectRecord, among parents: (events: Set<EventID>, effects: Set<EffectID>)
    ) -> Cause? {
        if let original = effect.origin.replayOf { return parents.effects.contains(original) ? .effect(original) : nil }
        if let event = effect.origin.event { return parents.events.contains(event) ? .event(event) : nil }
        guard let requester = effect.origin.effect, parents.effects.contains(requester) else { return nil }
        return .effect(requester)
    }

    private mutating func enqueue(_ subject: Trace.Subject) {
        switch subject {
        case .event(let event): level.events.append(event.id)
        case .effect(let effect): level.effects.append(effect.id)
        }
    }

    private static func cause(_ subject: Trace.Subject) -> Cause {
        switch subject {
        case .event(let event): .event(event.id)
        case .effect(let effect): .effect(effect.id)
        }
    }

    /// The whole tree beneath `subject`. Chains are at most as deep as causes may be, replays aside.
    func tree(_ subject: Trace.Subject) -> Trace {
        Trace(subject: subject, consequences: (children[Self.cause(subject)] ?? []).map(tree))
    }
}
