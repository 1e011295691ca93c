/// The two tables that can be looked through: who was named in which blocks of their ids, and when rows came in.
struct ListedTable {
    let rows: String
    let time: String
    let blocks: String
    /// The column of the kind or type.
    let name: String

    static let effects = ListedTable(rows: "{effects}", time: "created_at", blocks: "{effect_blocks}", name: "kind")
    static let events = ListedTable(rows: "{events}", time: "recorded_at", blocks: "{event_blocks}", name: "type")

    /// The next block, downward, that holds rows of an account and, unless that is empty, of a kind or type.
    var nextBlock: String { "SELECT max(block) FROM \(blocks) WHERE account = ? AND \(name) = ? AND block <= ?" }

    var timeOfRow: String { "SELECT \(time) FROM \(rows) WHERE id = ?" }

    /// A few rows from an id on: their times tell where in time the id stands.
    var timesFrom: String { "SELECT id, \(time) FROM \(rows) WHERE id >= ? ORDER BY id LIMIT 4" }

    /// Ids from ?2 down to ?1, and whether they are of the account ?3 and the kind ?4, which may be null.
    var scan: String {
        """
        SELECT id, account = ?3 AND (?4 IS NULL OR \(name) = ?4) FROM \(rows)
        WHERE id BETWEEN ?1 AND ?2 ORDER BY id DESC
        """
    }

    /// Deletes the notes of the block ?1 if all its rows are gone.
    var forgetBlock: String {
        """
        DELETE FROM \(blocks) WHERE block = ?1
            AND NOT EXISTS (SELECT 1 FROM \(rows)
                WHERE id >= ?1 << \(Self.blockBits) AND id < (?1 + 1) << \(Self.blockBits))
        """
    }

    /// A block is what ids have in common but for so many bits.
    static let blockBits: Int64 = 10
}
