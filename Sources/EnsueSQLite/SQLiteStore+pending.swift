public import Ensue
internal import GRDB

extension SQLiteStore {
    public func pending(_ kinds: [EffectKind]) async throws -> StoreChanges {
        try await read("pending") { read in
            var found: StoreChanges = []
            if try read.isReady(kinds) { found.insert(.effects) }
            if try read.row("SELECT 1 FROM {unrouted} LIMIT 1") != nil { found.insert(.events) }
            if try read.row("SELECT 1 FROM {ended} LIMIT 1") != nil { found.insert(.endings) }
            if let due = try read.nextDue(), due <= read.now { found.insert(.schedule) }
            return found
        }
    }
}

extension Write {
    fileprivate func isReady(_ kinds: [EffectKind]) throws -> Bool {
        try kinds.contains { kind in
            let ready = "SELECT 1 FROM {ready} WHERE kind = (SELECT id FROM {kinds} WHERE name = ?) LIMIT 1"
            return try row(ready, [kind.rawValue]) != nil
        }
    }
}
