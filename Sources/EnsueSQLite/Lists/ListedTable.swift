/// The two tables that can be looked through.
struct ListedTable {
    let rows: String
    let time: String
    /// The column of the kind or type.
    let name: String

    static let effects = ListedTable(rows: "{effects}", time: "created_at", name: "kind")
    static let events = ListedTable(rows: "{events}", time: "recorded_at", name: "type")

    /// Rows of the account ?2 and the kind or type ?3.
    var byName: String {
        """
        SELECT id, 1 FROM \(rows) WHERE account = ?2 AND \(name) = ?3 AND id <= ?1
        ORDER BY id DESC LIMIT 1
        """
    }

    /// The next kind or type that an account has rows of.
    var nextName: String {
        "SELECT min(\(name)) FROM \(rows) WHERE account = ? AND \(name) > ?"
    }

    /// All rows, one by one, and whether each is of the account ?2.
    var byAccount: String { "SELECT id, account = ?2 FROM \(rows) WHERE id <= ?1 ORDER BY id DESC LIMIT 1" }

    /// All rows, one by one, and whether each came in from ?2 on and before ?3.
    var byTime: String {
        "SELECT id, \(time) >= ?2 AND \(time) < ?3 FROM \(rows) WHERE id <= ?1 ORDER BY id DESC LIMIT 1"
    }

    var timeOfRow: String { "SELECT \(time) FROM \(rows) WHERE id = ?" }

    /// A few rows from an id on: their times tell where in time the id stands.
    var timesFrom: String { "SELECT id, \(time) FROM \(rows) WHERE id >= ? ORDER BY id LIMIT 4" }
}
