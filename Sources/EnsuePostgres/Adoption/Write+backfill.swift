internal import Ensue

extension Write {
    func backfill(_ name: String, limit: Int) throws -> BackfillStep {
        // A policy for rows must not hide some of them: it makes an error instead.
        try session.script("SET LOCAL row_security = off")
        guard let stored = try adoptions("a.table_name = $1", [.text(name)]).first,
            let table = try applicationTable(stored.relation)
        else { throw TableRefusal("\(name) is not adopted, or is gone") }
        let window = try Window(after: stored.lookedUpTo, of: table, by: stored.adoption.columns.id, limit: limit, self)
        let requested = try window.last == nil ? 0 : request(window, stored)
        let isLast = window.count < limit
        try execute(
            """
            UPDATE {adoptions} SET looked_up_to = $2, backfilled_at = CASE WHEN $3 THEN {clock}() ELSE backfilled_at END
            WHERE id = $1
            """, [.integer(stored.id), isLast ? .missing(.text) : .optional(window.last), .boolean(isLast)])
        return BackfillStep(rows: window.count, requested: requested, isLast: isLast)
    }

    private func request(_ window: Window, _ stored: StoredAdoption) throws -> Int {
        try addRanges()
        let adopting = AdoptingRows(id: stored.id, adoption: stored.adoption, names: names)
        let wanted = adopting.wanted(from: window.source)
        let counts = try session.query(
            """
            WITH \(wanted), \(adopting.requested), \(adopting.linked)
            SELECT (SELECT count(*) FROM requested), (SELECT count(*) FROM wanted WHERE fault IS NULL),
                (SELECT count(*) FROM wanted)
            """, window.parameters)[0]
        if counts.int(0) < counts.int(1) { try takeUp(wanted, adopting, window) }
        if counts.int(0) < counts.int(2) { try reject(wanted, adopting, window) }
        return Int(counts.int(0))
    }

    /// Links rows to the effects that they have already, and puts those that have ended into the queue. No effect can
    /// end in between: whoever settles waits, and then sees the link.
    private func takeUp(_ wanted: String, _ adopting: AdoptingRows, _ window: Window) throws {
        try execute("LOCK TABLE {ended} IN SHARE ROW EXCLUSIVE MODE")
        let known = names.render(
            "JOIN {effect_keys} k ON k.account = \(adopting.account) AND k.key = w.key AND w.fault IS NULL")
        try session.query(
            """
            WITH \(wanted) INSERT INTO \(names.resolve("{adopted}")) (effect, adoption, row_id)
            SELECT e.id, \(adopting.id), w.id FROM wanted w \(known)
            JOIN \(names.resolve("{effects}")) e ON e.id = k.effect AND e.kind = w.kind
                AND e.payload::text = w.payload::text
            ON CONFLICT (effect) DO NOTHING
            """, window.parameters)
        try session.query(
            """
            WITH \(wanted) INSERT INTO \(names.resolve("{ended}")) (effect, told)
            SELECT k.effect, false FROM wanted w \(known)
            JOIN \(names.resolve("{adopted}")) a ON a.effect = k.effect AND a.adoption = \(adopting.id)
            WHERE EXISTS (SELECT FROM \(names.resolve("{outcomes}")) o WHERE o.effect = k.effect)
            ON CONFLICT (effect) DO NOTHING
            """, window.parameters)
    }

    private func reject(_ wanted: String, _ adopting: AdoptingRows, _ window: Window) throws {
        let taken = names.render(
            """
            EXISTS (SELECT FROM {effect_keys} k JOIN {adopted} a ON a.effect = k.effect
                WHERE k.account = \(adopting.account) AND k.key = w.key)
            """)
        try session.query(
            "WITH \(wanted)\n" + adopting.rejecting(unless: taken) + "\n" + adopting.once, window.parameters)
    }
}

/// Some rows of a table in the order of their ids.
private struct Window {
    /// In place of the table, with ``parameters``.
    let source: String
    let parameters: [PostgresValue]
    let count: Int
    /// Nil if there are no rows.
    let last: String?

    init(after first: String?, of table: ApplicationTable, by id: String, limit: Int, _ write: Write) throws {
        let column = try table.column(id, for: "--id")
        let (id, type) = (Names.quoted(column.name), column.type)
        let start: [PostgresValue] = first.map { [.text($0)] } ?? []
        let lower = first == nil ? "true" : "t.\(id) > $1::\(type)"
        let row = try write.session.query(
            """
            WITH found AS MATERIALIZED (
                SELECT t.\(id) AS id FROM \(table.quotedName) t WHERE \(lower) AND t.\(id) IS NOT NULL
                ORDER BY t.\(id) LIMIT \(limit))
            SELECT (SELECT count(*) FROM found), (SELECT format('%s', id) FROM found ORDER BY id DESC LIMIT 1)
            """, start)[0]
        count = Int(row.int(0))
        last = row.optionalText(1)
        parameters = start + (last.map { [.text($0)] } ?? [])
        source = """
            (SELECT t.* FROM \(table.quotedName) t WHERE \(lower) AND t.\(id) <= $\(parameters.count)::\(type))
            """
    }
}
