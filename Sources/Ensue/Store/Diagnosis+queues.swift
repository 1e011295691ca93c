extension Diagnosis {
    /// So long routing, advancing and following may lag behind; each looks several times a second.
    static let patience = Duration.seconds(30)
    /// The lease of an engine that sets none.
    static let usualLease = Duration.seconds(15)

    /// All that is to be said of what waits and of who works.
    package static func queues(_ facts: QueueFacts) -> [Finding] {
        let isAlive = facts.isAnyWorkerAlive
        return workers(facts.workers, hasWork: facts.hasWork) + backlogs(facts.kinds, isAnyWorkerAlive: isAlive)
            + listeners(facts.listeners)
            + [
                rescue(facts.expiredLeases, isAnyWorkerAlive: isAlive),
                lag("effects.overdue", "effect", "advanced", facts.overdue, isAnyWorkerAlive: isAlive),
                lag("events.unrouted", "event", "routed", facts.unrouted, isAnyWorkerAlive: isAlive),
                lag("endings.unfollowed", "ending", "followed", facts.endings, isAnyWorkerAlive: isAlive),
                uncertain(facts.uncertain), held(facts.held),
            ]
    }

    // MARK: Workers

    static func workers(_ workers: [QueueFacts.Worker], hasWork: Bool) -> [Finding] {
        let living = workers.count { $0.silence == nil }
        var findings: [Finding] = []
        if living > 0 {
            findings.append(.ok("workers.alive", "\(counted(living, "worker")) \(living == 1 ? "is" : "are") running"))
        } else {
            let remedy = "start one with this store: ensue serve --store ADDRESS, or your own program"
            findings.append(
                hasWork
                    ? .warning("workers.alive", "no worker is running, and there is work", remedy: remedy)
                    : .notice("workers.alive", "no worker is running; nothing waits for one", remedy: remedy))
        }
        return findings + workers.compactMap { silent($0, isAnyWorkerAlive: living > 0) }
    }

    /// Others remove a silent worker within seconds, once they have rescued what it had.
    private static func silent(_ worker: QueueFacts.Worker, isAnyWorkerAlive: Bool) -> Finding? {
        guard let silence = worker.silence else { return nil }
        let summary = "the worker \(worker.name) should have given a sign of life \(words(silence)) ago"
        return isAnyWorkerAlive && silence <= usualLease * 4
            ? .notice("workers.silent", summary + "; others are taking over what it has")
            : .warning(
                "workers.silent", summary,
                remedy: "look whether its process lives (the name is HOST/PID), and start it again or another one: "
                    + "any worker takes over what it had")
    }

    // MARK: Effects that are ready

    static func backlogs(_ kinds: [QueueFacts.Kind], isAnyWorkerAlive: Bool) -> [Finding] {
        let waiting = kinds.filter { $0.waiting.count > 0 }.sorted { $0.name < $1.name }
        guard !waiting.isEmpty else { return [.ok("effects.backlog", "no effect waits to be claimed")] }
        return waiting.map { backlog($0, isAnyWorkerAlive: isAnyWorkerAlive) }
    }

    package static func backlog(_ kind: QueueFacts.Kind, isAnyWorkerAlive: Bool) -> Finding {
        if let finding = withoutHandler(kind, isAnyWorkerAlive: isAnyWorkerAlive) { return finding }
        let age = kind.waiting.oldest.map { ", the oldest for \(words($0))" } ?? ""
        let count = counted(kind.waiting.count, "effect")
        let summary =
            "\(count) of kind '\(kind.name)' \(kind.waiting.count == 1 ? "waits" : "wait") to be claimed\(age)"
        let remedy =
            "run more workers, or let each run more at once: HandlerPolicy(concurrency:) of the kind's handler"
        // Without any worker, that is what is wrong.
        guard isAnyWorkerAlive else { return .notice("effects.backlog", summary) }
        if let oldest = kind.waiting.oldest, oldest > .seconds(300) {
            return .warning("effects.backlog", summary, remedy: remedy)
        }
        if kind.waiting.count > countLimit { return .notice("effects.backlog", summary, remedy: remedy) }
        return .ok("effects.backlog", summary)
    }

    /// What is wrong if nobody handles the kind.
    private static func withoutHandler(_ kind: QueueFacts.Kind, isAnyWorkerAlive: Bool) -> Finding? {
        guard !kind.isHandled else { return nil }
        let count = counted(kind.waiting.count, "effect")
        let fault: String
        switch kind.lastSeen {
        case nil: fault = "no worker has ever handled '\(kind.name)'"
        case .some(let span) where span > .seconds(Rule.lifetimeInDays * 86_400):
            fault = "no worker has handled '\(kind.name)' for \(words(span))"
        case .some(let span):
            guard isAnyWorkerAlive else { return nil }
            fault = "no running worker handles '\(kind.name)'; one did \(words(span)) ago"
        }
        return .warning(
            "kinds.handler", "\(fault), and \(count) of it \(kind.waiting.count == 1 ? "waits" : "wait")",
            remedy: "start a worker with a handler for it. If the name is a slip, find the effects with "
                + "SELECT id, payload FROM {ledger_unhandled} WHERE kind = '\(kind.name.replacing("'", with: "''"))' "
                + "and cancel each: ensue effects cancel ID")
    }

    // MARK: Listeners

    /// Living workers register theirs anew every hour.
    static func listeners(_ listeners: [QueueFacts.Listener]) -> [Finding] {
        let (fresh, forgotten) = (
            listeners.filter { $0.lastSeen < .seconds(86_400) }, listeners.filter { $0.lastSeen >= .seconds(86_400) }
        )
        let findings = forgotten.sorted { $0.name < $1.name }.map(forgotten(_:))
        guard findings.isEmpty else { return findings }
        let count = counted(fresh.count, "listener")
        return fresh.isEmpty ? [] : [.ok("listeners", "\(count) \(fresh.count == 1 ? "is" : "are") in force")]
    }

    private static func forgotten(_ listener: QueueFacts.Listener) -> Finding {
        let lifetime = Duration.seconds(Rule.lifetimeInDays * 86_400)
        let fault = "no worker has registered the listener '\(listener.name)' for \(words(listener.lastSeen))"
        let consequence =
            listener.lastSeen >= lifetime
            ? "events no longer reach it" : "in \(words(lifetime - listener.lastSeen)) events will no longer reach it"
        return .warning(
            "listeners", "\(fault): \(consequence)",
            remedy: "start a worker that has it. If it is gone for good: "
                + "DELETE FROM {rules} WHERE name = '\(listener.name.replacing("'", with: "''"))'")
    }

    // MARK: What workers do by themselves

    static func rescue(_ expired: QueueFacts.Waiting, isAnyWorkerAlive: Bool) -> Finding {
        let check = "leases.expired"
        guard expired.count > 0 else { return .ok(check, "no lease is over") }
        let oldest = expired.oldest ?? .zero
        let summary =
            "\(counted(expired.count, "lease")) of dead workers \(expired.count == 1 ? "is" : "are") over, "
            + "the oldest for \(words(oldest))"
        guard oldest > usualLease else { return .ok(check, summary + "; that is when they are rescued") }
        let list = "SELECT * FROM {leases} ORDER BY expires_at"
        if !isAnyWorkerAlive {
            return .warning(
                check, summary + ", and no worker is there to rescue them",
                remedy: "start a worker: it takes them over within its own lease. They are: \(list)")
        }
        let remedy = "look for errors of 'rescue' in the workers' logs, and restart the workers. The leases: \(list)"
        return oldest > usualLease * 4
            ? .failure(check, summary + ", and no worker rescues them", remedy: remedy)
            : .warning(check, summary, remedy: remedy)
    }

    /// A queue that workers empty within moments.
    static func lag(
        _ check: String, _ noun: String, _ verb: String, _ waiting: QueueFacts.Waiting, isAnyWorkerAlive: Bool
    ) -> Finding {
        guard waiting.count > 0 else { return .ok(check, "no \(noun) waits to be \(verb)") }
        let age = waiting.oldest.map { ", the oldest for \(words($0))" } ?? ""
        let summary = "\(counted(waiting.count, noun)) \(waiting.count == 1 ? "waits" : "wait") to be \(verb)\(age)"
        let isLate = waiting.oldest.map { $0 > patience } ?? false
        if !isLate { return .ok(check, summary) }
        guard isAnyWorkerAlive else { return .notice(check, summary + ": no worker is running") }
        return .warning(
            check, summary,
            remedy: "look for errors in the workers' logs; if there are none, the store is too slow for what comes in: "
                + "run more workers, or give the store a faster disk")
    }

    // MARK: What waits for people

    static func uncertain(_ waiting: QueueFacts.Waiting) -> Finding {
        let check = "effects.uncertain"
        guard waiting.count > 0 else { return .ok(check, "no effect is uncertain") }
        let summary =
            "\(counted(waiting.count, "effect")) \(waiting.count == 1 ? "is" : "are") uncertain: the worker died "
            + "during a run that must not be repeated blindly"
        return .warning(
            check, summary,
            remedy:
                "see them with: ensue effects list --state uncertain. Find out what happened, then decide for each: "
                + "ensue effects complete ID, or complete ID --failed WHY if it did not, or retry ID")
    }

    static func held(_ waiting: QueueFacts.Waiting) -> Finding {
        let check = "effects.held"
        guard waiting.count > 0 else { return .ok(check, "no effect waits for approval") }
        let age = waiting.oldest.map { ", the oldest for \(words($0))" } ?? ""
        return .notice(
            check, "\(counted(waiting.count, "effect")) \(waiting.count == 1 ? "waits" : "wait") for approval\(age)",
            remedy: "see them with: ensue effects list --state held. Then decide for each: "
                + "ensue effects approve ID, or ensue effects refuse ID --reason WHY")
    }
}
