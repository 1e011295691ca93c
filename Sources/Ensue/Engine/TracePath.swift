/// What led to an event or effect, as far as it is known: from the first cause down to the subject itself.
///
/// Plain SQL can write any cause, other accounts' and circles among them: a path stays in its account, and ends where
/// it would meet itself.
struct TracePath {
    private(set) var subjects: [Trace.Subject]
    /// Whether there is more above than a trace shows.
    private(set) var isCut = false

    init(to subject: Trace.Subject) { subjects = [subject] }

    var root: Trace.Subject { subjects[0] }
    var account: Account { root.account }
    var isOpen: Bool { !isCut }

    /// Puts a cause above the rest. False if the path ends here.
    mutating func add(_ cause: Trace.Subject?) -> Bool {
        guard let cause, cause.account == account, !subjects.contains(where: { $0.node == cause.node }) else {
            return false
        }
        guard subjects.count < Trace.depthLimit else {
            isCut = true
            return false
        }
        subjects.insert(cause, at: 0)
        return true
    }
}

/// An event or effect by its id.
enum TraceNode: Hashable {
    case event(EventID)
    case effect(EffectID)
}

extension Trace.Subject {
    var node: TraceNode {
        switch self {
        case .event(let event): .event(event.id)
        case .effect(let effect): .effect(effect.id)
        }
    }

    var account: Account {
        switch self {
        case .event(let event): event.account
        case .effect(let effect): effect.account
        }
    }

    var time: Timestamp {
        switch self {
        case .event(let event): event.recordedAt
        case .effect(let effect): effect.createdAt
        }
    }

    var bytes: Int {
        switch self {
        case .event(let event): event.bytes
        case .effect(let effect): effect.bytes
        }
    }
}
