internal import Ensue
internal import GRDB

/// Which lease has each effect that is running, read at most once in a transaction: going through all leases for each
/// effect of a list would take long.
final class OpenLeases {
    private var leases: [Int64: LeaseID]?

    func lease(of effect: EffectID, _ read: Read) throws -> LeaseID? { try all(read)[effect.rawValue] }

    /// All effects that are running.
    func effects(_ read: Read) throws -> some Collection<Int64> { try all(read).keys }

    private func all(_ read: Read) throws -> [Int64: LeaseID] {
        if let leases { return leases }
        var found: [Int64: LeaseID] = [:]
        for row in try read.rows("SELECT id, open FROM {leases}") {
            for effect in OpenList.effects(row[1]) { found[effect] = LeaseID(rawValue: row[0]) }
        }
        leases = found
        return found
    }
}
