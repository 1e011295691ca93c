internal import Synchronization

/// A kind that no worker has registered lately.
public struct UnknownKind: Error, Sendable, CustomStringConvertible {
    public let kind: EffectKind
    /// Known kinds that are spelt almost alike, nearest first.
    public let near: [EffectKind]

    init(_ kind: EffectKind, known: Set<EffectKind>) {
        self.kind = kind
        let allowed = max(2, kind.rawValue.count / 3)
        near = known.filter { !$0.isListener }
            .map { (distance: editDistance($0.rawValue, kind.rawValue), kind: $0) }
            .filter { $0.distance <= allowed }
            .sorted { ($0.distance, $0.kind) < ($1.distance, $1.kind) }
            .prefix(3).map(\.kind)
    }

    public var description: String {
        let hint = near.isEmpty ? "" : "; did you mean \(near.map { "'\($0)'" }.joined(separator: " or "))?"
        return "no worker handles the kind '\(kind)'\(hint)"
    }
}

/// The known kinds, asked for again at most once a second.
final class KnownKinds: Sendable {
    private let cache = Mutex<(kinds: Set<EffectKind>, at: Duration)?>(nil)

    func kinds(of store: any Store, at now: Duration) async throws -> Set<EffectKind> {
        if let cached = cache.withLock({ $0 }), now - cached.at < .seconds(1) { return cached.kinds }
        let kinds = try await store.knownKinds()
        cache.withLock { $0 = (kinds, now) }
        return kinds
    }
}

/// Levenshtein's distance: insertions, deletions and substitutions from one text to the other.
package func editDistance(_ left: String, _ right: String) -> Int {
    let right = Array(right)
    var previous = Array(0...right.count)
    for (row, character) in left.enumerated() {
        var current = [row + 1]
        for (column, other) in right.enumerated() {
            let substitution = previous[column] + (character == other ? 0 : 1)
            current.append(min(substitution, previous[column + 1] + 1, current[column] + 1))
        }
        previous = current
    }
    return previous[right.count]
}
