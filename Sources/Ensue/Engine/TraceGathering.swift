/// Puts a tree of causes together from the path to what was asked about, and from what follows, level by level.
struct TraceGathering {
    private static let bytesLimit = 4 * PageLimits.bytes

    private let root: Trace.Subject
    private var children: [TraceNode: [Trace.Subject]] = [:]
    private var depths: [TraceNode: Int] = [:]
    private var bytes = 0
    private(set) var level: (events: [EventID], effects: [EffectID]) = ([], [])
    private(set) var isCut: Bool

    /// The consequences of the whole path are looked for first, so that what was asked about is not crowded out.
    init(_ path: TracePath) {
        root = path.root
        isCut = path.isCut
        enter(path.root, at: 0)
        for (parent, child) in zip(path.subjects, path.subjects.dropFirst()) {
            children[parent.node, default: []].append(child)
            enter(child, at: depths[parent.node, default: 0] + 1)
        }
    }

    /// How many more the trace may show.
    var room: Int { Trace.limit - depths.count }
    var isComplete: Bool { level.events.isEmpty && level.effects.isEmpty }

    /// Takes in what followed from the present level, which becomes the next one.
    mutating func add(_ consequences: Consequences) {
        let parents = (events: Set(level.events), effects: Set(level.effects))
        level = ([], [])
        isCut = isCut || consequences.isCut
        for effect in consequences.effects {
            guard let parent = Self.parent(of: effect, among: parents) else { continue }
            add(.effect(effect), under: parent)
        }
        for event in consequences.events {
            guard let cause = event.cause, parents.effects.contains(cause) else { continue }
            add(.event(event), under: .effect(cause))
        }
    }

    private mutating func add(_ subject: Trace.Subject, under parent: TraceNode) {
        guard depths[subject.node] == nil, subject.account == root.account else { return }
        let depth = depths[parent, default: 0] + 1
        guard room > 0, depth < Trace.depthLimit, bytes + subject.bytes <= Self.bytesLimit else {
            isCut = true
            return
        }
        children[parent, default: []].append(subject)
        enter(subject, at: depth)
    }

    private mutating func enter(_ subject: Trace.Subject, at depth: Int) {
        depths[subject.node] = depth
        bytes += subject.bytes
        switch subject {
        case .event(let event): level.events.append(event.id)
        case .effect(let effect): level.effects.append(effect.id)
        }
    }

    /// A replay stands beneath what it repeats, not beside it.
    private static func parent(
        of effect: EffectRecord, among parents: (events: Set<EventID>, effects: Set<EffectID>)
    ) -> TraceNode? {
        if let original = effect.origin.replayOf { return parents.effects.contains(original) ? .effect(original) : nil }
        if let event = effect.origin.event { return parents.events.contains(event) ? .event(event) : nil }
        guard let requester = effect.origin.effect, parents.effects.contains(requester) else { return nil }
        return .effect(requester)
    }

    var tree: Trace { tree(root) }

    private func tree(_ subject: Trace.Subject) -> Trace {
        let children = (children[subject.node] ?? []).sorted { $0.time < $1.time }
        return Trace(subject: subject, consequences: children.map(tree))
    }
}
