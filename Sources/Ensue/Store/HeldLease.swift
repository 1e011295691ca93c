/// A lease with what is open in it, as a store has read it under its lock. Closing an effect here is the fence: only
/// what was open may be moved on.
package struct HeldLease: Sendable {
    package let id: LeaseID
    package let worker: WorkerID
    /// Whether it was made for one effect without company.
    package let alone: Bool
    package private(set) var open: [Int64]
    /// Effects that are to be cancelled.
    package let cancel: Set<Int64>

    package init(id: LeaseID, worker: WorkerID, open: [Int64], cancel: Set<Int64>, alone: Bool) {
        self.id = id
        self.worker = worker
        self.open = open
        self.cancel = cancel
        self.alone = alone
    }

    /// Closes what of `effects` is open. Returns what was.
    package mutating func close(_ effects: [EffectID]) -> [EffectID] {
        let wanted = Set(effects.map(\.rawValue))
        let found = open.filter { wanted.contains($0) }
        open.removeAll { wanted.contains($0) }
        return found.map(EffectID.init(rawValue:))
    }

    /// The same lease with effects open again that were closed and could not be moved on.
    package func reopening(_ effects: [EffectID]) -> HeldLease {
        var lease = self
        lease.open = (lease.open + effects.map(\.rawValue)).sorted()
        return lease
    }
}

extension Sequence {
    /// The elements by key, keys in the order of their first appearance.
    package func grouped<Key: Hashable>(by key: (Element) -> Key) -> [(Key, [Element])] {
        var order: [Key] = []
        var groups: [Key: [Element]] = [:]
        for element in self {
            let key = key(element)
            if groups[key] == nil { order.append(key) }
            groups[key, default: []].append(element)
        }
        return order.compactMap { key in groups[key].map { (key, $0) } }
    }
}
