internal import Ensue

/// Statements of lists. Those of a way take the id to start from as ?1, and return the next one and whether it is
/// wanted.
enum ListStatement {
    /// The place of a state that is a queue of its own.
    static func place(of state: EffectQuery.State) -> String? {
        switch state {
        case .scheduled: "SELECT effect, 1 FROM {scheduled} WHERE effect <= ?1 ORDER BY effect DESC LIMIT 1"
        case .held, .deferred, .uncertain:
            """
            SELECT effect, 1 FROM {parked} WHERE state = '\(state.rawValue)' AND effect <= ?1
            ORDER BY effect DESC LIMIT 1
            """
        case .completed:
            """
            SELECT effect, outcome = 'completed' FROM {outcomes} WHERE effect <= ?1 ORDER BY effect DESC LIMIT 1
            """
        case .ready, .running, .failed, .cancelled: nil
        }
    }

    /// Of the account ?2, the kind ?3 and the priority ?4.
    static let ready = """
        SELECT effect, 1 FROM {ready}
        WHERE account = (SELECT id FROM {accounts} WHERE name = ?2) AND kind = ?3 AND priority = ?4 AND effect <= ?1
        ORDER BY effect DESC LIMIT 1
        """
    /// Of the account ?2 and the kind ?3.
    static func ended(_ state: EffectQuery.State) -> String {
        """
        SELECT effect, 1 FROM {outcomes} WHERE outcome <> 'completed' AND outcome = '\(state.rawValue)'
            AND account = (SELECT id FROM {accounts} WHERE name = ?2) AND kind = ?3 AND effect <= ?1
        ORDER BY effect DESC LIMIT 1
        """
    }

    static let ofEvent = "SELECT id, 1 FROM {effects} WHERE event = ?2 AND id <= ?1 ORDER BY id DESC LIMIT 1"
    /// Of the account ?2 and the source ?3.
    static let ofSource = """
        SELECT id, 1 FROM {events} WHERE account = ?2 AND source = ?3 AND id <= ?1 ORDER BY id DESC LIMIT 1
        """

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
        EffectQuery.State.allCases.compactMap { place(of: $0) }
        + [ListedTable.effects, .events].flatMap {
            [$0.byName, $0.nextName, $0.byAccount, $0.byTime, $0.timeOfRow, $0.timesFrom]
        }
        + [
            ready, ended(.failed), ended(.cancelled), ofEvent, ofSource, rejections, unresolved, requestedFor,
            requestedBy, replaysOf, recordedBy, readyCount, oldestReady,
        ]
}
