public import Ensue
internal import GRDB

extension SQLiteStore {
    public func consequences(
        ofEvents events: [EventID], ofEffects effects: [EffectID], limit: Int
    ) async throws -> Consequences {
        try await read("consequences") { read in
            let events = events.map(\.rawValue)
            let effects = effects.map(\.rawValue)
            let recorded = try read.oldest([(ListStatement.recordedBy, effects)], limit: limit)
            let requested = try read.oldest(
                [
                    (ListStatement.requestedFor, events), (ListStatement.requestedBy, effects),
                    (ListStatement.replaysOf, effects),
                ], limit: limit)
            let leases = OpenLeases()
            var gathered = Consequences()
            for id in requested where !gathered.isCut {
                if let effect = try read.effect(EffectID(rawValue: id), leases: leases) { gathered.add(effect) }
            }
            for id in recorded where !gathered.isCut {
                if let event = try read.event(EventID(rawValue: id)) { gathered.add(event) }
            }
            return gathered
        }
    }
}

extension Read {
    /// The lowest ids, each once, that statements find for what they ask about.
    fileprivate func oldest(_ questions: [(sql: String, parents: [Int64])], limit: Int) throws -> [Int64] {
        var found: Set<Int64> = []
        for (sql, parents) in questions {
            let statement = try raw(sql)
            statement.bind(Int64(max(limit, 0)), 2)
            for parent in Set(parents) {
                statement.bind(parent, 1)
                try statement.forEach { found.insert(statement.int(0)) }
            }
        }
        return Array(found.sorted().prefix(max(limit, 0)))
    }
}
