internal import Ensue

extension EffectRecord {
    /// The effect as the API shows it.
    var members: JSONMembers {
        var members = JSONMembers()
        members.add("id", text: id)
        members.add("account", text: account)
        members.add("kind", text: kind)
        members.add("state", text: state.name)
        members.add("runs", state.runs)
        members.add("payload", payload)
        members.add("key", text: key)
        members.add("priority", text: priority.name)
        members.add("createdAt", text: createdAt)
        members.add("dueAt", text: dueAt)
        if let outcome { members.addResult(outcome) }
        members.add("attempts", attempts.map(\.members))
        members.add("progress", progress?.members)
        members.add("origin", origin.members)
        members.add("hasHandler", .bool(hasHandler))
        return members
    }

    /// When something happens without anybody's doing: the next run, or the end of the wait for a completion.
    private var dueAt: Timestamp? {
        switch state {
        case .scheduled(_, let due): due
        case .deferred(_, _, let deadline): deadline
        default: nil
        }
    }
}

extension JSONMembers {
    fileprivate mutating func addResult(_ outcome: Outcome) {
        add("output", outcome.output)
        add("error", text: outcome.error)
        add("startedAt", text: outcome.startedAt)
        add("completedAt", text: outcome.completedAt)
    }
}

extension Outcome {
    /// The outcome by itself, as a refusal shows it.
    var members: JSONMembers {
        var members = JSONMembers()
        members.add("outcome", text: kind.rawValue)
        members.add("run", run)
        members.addResult(self)
        return members
    }
}

extension Attempt {
    fileprivate var members: JSONMembers {
        var members = JSONMembers()
        members.add("run", run)
        members.add("result", text: result.rawValue)
        members.add("error", text: error)
        members.add("startedAt", text: startedAt)
        members.add("endedAt", text: endedAt)
        return members
    }
}

extension EffectRecord.Progress {
    fileprivate var members: JSONMembers {
        var members = JSONMembers()
        members.add("fraction", fraction.flatMap { JSONNumber($0) }.map { .number($0) })
        members.add("note", text: note)
        members.add("at", text: at)
        return members
    }
}

extension EffectOrigin {
    fileprivate var members: JSONMembers {
        var members = JSONMembers()
        members.add("event", text: event)
        members.add("rule", text: rule)
        members.add("effect", text: effect)
        members.add("replayOf", text: replayOf)
        return members
    }
}
