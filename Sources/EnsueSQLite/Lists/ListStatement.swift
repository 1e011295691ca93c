internal import Ensue

/// Statements of lists. Those that look at ids take the lowest and the highest as ?1 and ?2, the account as ?3 and the
/// kind or type, which may be null, as ?4; they return ids, highest first, and whether those are wanted.
enum ListStatement {
    /// The highest id that is not above ?1, in the place of a state that is a queue of its own.
    static func head(of state: EffectQuery.State) -> String? {
        switch state {
        case .scheduled: "SELECT max(effect) FROM {scheduled} WHERE effect <= ?"
        case .held, .deferred, .uncertain:
            "SELECT max(effect) FROM {parked} WHERE state = '\(state.rawValue)' AND effect <= ?"
        case .completed: "SELECT max(effect) FROM {outcomes} WHERE effect <= ?"
        case .ready, .running, .failed, .cancelled: nil
        }
    }

    /// The ids of a state between two ids.
    static func scan(of state: EffectQuery.State) -> String? {
        switch state {
        case .scheduled: joined("{scheduled} p", "")
        case .held, .deferred, .uncertain: joined("{parked} p", "p.state = '\(state.rawValue)' AND")
        case .completed:
            """
            SELECT effect, outcome = 'completed' AND account = (SELECT id FROM {accounts} WHERE name = ?3)
                AND (?4 IS NULL OR kind = (SELECT id FROM {kinds} WHERE name = ?4))
            FROM {outcomes} WHERE effect BETWEEN ?1 AND ?2 ORDER BY effect DESC
            """
        case .ready, .running, .failed, .cancelled: nil
        }
    }

    private static func joined(_ place: String, _ condition: String) -> String {
        """
        SELECT p.effect, e.account = ?3 AND (?4 IS NULL OR e.kind = ?4)
        FROM \(place) CROSS JOIN {effects} e ON e.id = p.effect
        WHERE \(condition) p.effect BETWEEN ?1 AND ?2 ORDER BY p.effect DESC
        """
    }

    static let ofEvent = """
        SELECT id, account = ?3 AND (?4 IS NULL OR kind = ?4) FROM {effects}
        WHERE event = ?5 AND id BETWEEN ?1 AND ?2 ORDER BY id DESC
        """
    static let ofSource = """
        SELECT id, ?4 IS NULL OR type = ?4 FROM {events}
        WHERE account = ?3 AND source = ?5 AND id BETWEEN ?1 AND ?2 ORDER BY id DESC
        """
    static let isOfKind = "SELECT account = ?2 AND (?3 IS NULL OR kind = ?3) FROM {effects} WHERE id = ?1"

    /// The highest id of an account and kind that is not above the last argument.
    static let nextReady = """
        SELECT max(effect) FROM {ready} WHERE account = ? AND kind = ? AND priority = ? AND effect <= ?
        """
    static func nextEnded(_ state: EffectQuery.State) -> String {
        """
        SELECT max(effect) FROM {outcomes} WHERE outcome <> 'completed' AND outcome = '\(state.rawValue)'
            AND account = ? AND kind = ? AND effect <= ?
        """
    }

    static let rejections = "SELECT id FROM {rejections} WHERE account = ? AND id < ? ORDER BY id DESC LIMIT ?"
    static let unresolved = """
        SELECT id FROM {rejections} WHERE account = ? AND resolved_at IS NULL AND id < ? ORDER BY id DESC LIMIT ?
        """

    static let requestedFor = """
        SELECT id FROM {effects} WHERE event = ? AND replay_of IS NULL ORDER BY id LIMIT ?
        """
    static let requestedBy = "SELECT id FROM {effects} WHERE cause = ? ORDER BY id LIMIT ?"
    static let replaysOf = "SELECT id FROM {effects} WHERE replay_of = ? ORDER BY id LIMIT ?"
    static let recordedBy = "SELECT id FROM {events} WHERE cause = ? ORDER BY id LIMIT ?"

    static let readyCount = "SELECT count(*) FROM (SELECT 1 FROM {ready} WHERE kind = ? AND account = ? LIMIT ?)"
    static let oldestReady = "SELECT min(effect) FROM {ready} WHERE kind = ? AND account = ? AND priority = ?"

    /// All of them, for the tests of their plans.
    static let all: [String] =
        EffectQuery.State.allCases.flatMap { [head(of: $0), scan(of: $0)].compactMap(\.self) }
        + [ListedTable.effects, .events].flatMap {
            [$0.nextBlock, $0.timeOfRow, $0.timesFrom, $0.scan, $0.forgetBlock]
        }
        + [
            ofEvent, ofSource, isOfKind, nextReady, nextEnded(.failed), nextEnded(.cancelled), rejections, unresolved,
            requestedFor, requestedBy, replaysOf, recordedBy, readyCount, oldestReady,
        ]
}
