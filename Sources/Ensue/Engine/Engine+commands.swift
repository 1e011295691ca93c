extension Engine {
    /// Carries out a command about an effect. Nil if there is none. Throws ``Refusal`` if its state forbids it.
    public func command(_ command: Command, on effect: EffectID) async throws -> EffectRecord? {
        let record = try await store.command(command, on: effect, random: random.fraction())
        if record?.outcome != nil { waiters.wake([effect]) }
        return record
    }

    /// Completes a run by its token, wherever it was handed to. Throws ``Refusal`` with the outcome if the effect has
    /// ended. Nil if the token is not one of this store's.
    public func complete(_ token: String, _ report: CompletionReport) async throws -> EffectRecord? {
        guard let token = CompletionToken(token, secret: store.identity.secret) else { return nil }
        return try await command(.complete(run: token.run, report), on: token.effect)
    }

    /// Notes progress by a run's token; false if the token is not one of this store's, or the effect has ended.
    public func progress(_ token: String, fraction: Double?, note: String?) async throws -> Bool {
        guard let token = CompletionToken(token, secret: store.identity.secret) else { return false }
        let progress = EffectRecord.Progress(
            fraction: fraction.map { min(max($0, 0), 1) }, note: note, at: environment.clock.now())
        return try await store.note(progress, on: token.effect)
    }

    /// The effect as soon as it has ended, or as it is after `span`. Nil if there is none.
    public func effect(_ id: EffectID, waiting span: Duration = .zero) async throws -> EffectRecord? {
        let end = environment.clock.uptime() + span
        let signal = Signal()
        waiters.add(signal, for: id)
        defer { waiters.remove(signal, for: id) }
        while true {
            let record = try await store.effect(id)
            let left = end - environment.clock.uptime()
            guard let record, record.outcome == nil, left > .zero else { return record }
            try Task.checkCancellation()
            await signal.wait(atMost: min(left, .milliseconds(250)), clock: environment.clock)
        }
    }
}
