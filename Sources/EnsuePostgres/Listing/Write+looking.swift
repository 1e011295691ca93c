internal import Ensue

/// How a list's ids are found.
extension Write {
    /// The ids that a statement names, newest first, of which an index gives no more than are wanted.
    func few(
        _ sql: String, _ account: Account, _ stretch: IDStretch, _ count: Int, _ rest: [PostgresValue]
    ) throws -> Found {
        let rows = try rows(
            sql,
            [
                .text(account.rawValue), .integer(stretch.below), .integer(stretch.from), .integer(Int64(count)),
            ] + rest)
        return Found(rows.map { $0.int(0) }, of: count)
    }

    /// Looks through some blocks: first a few, which is enough where what is wanted is common, then all that one page
    /// may take.
    func walk(
        _ sql: String, _ account: Account, _ stretch: IDStretch, _ count: Int, round: Int, since: Timestamp?,
        until: Timestamp?, name: String?
    ) throws -> Found {
        let room = round == 0 ? 3 : PageLimits.rows / Int(IDBlock.size) - 2
        let rows = try rows(
            sql,
            [
                .text(account.rawValue), .integer(stretch.below), .integer(stretch.from), .optional(since),
                .optional(until), .integer(Int64(room)), .integer(Int64(count)),
            ] + (name.map { [.text($0)] } ?? []))
        let ids = rows.compactMap { $0.optionalInt(1) }
        let counts = Dictionary(grouping: rows, by: { $0.int(0) }).mapValues { $0.count { !$0.isNull(1) } }
        guard ids.count < count else {
            let newest = ids.prefix(count)
            return Found(Array(newest), rest: newest.last, looked: count)
        }
        let looked = counts.values.reduce(0) { $0 + ($1 < count ? Int(IDBlock.size) : $1) }
        let last = rows.last.map { $0.int(0) << IDBlock.bits }
        return Found(ids, rest: counts.count < room ? nil : last, looked: looked)
    }

    /// Looks at what is in a place, of whatever account or kind it is: first at a few, then at all that one page may
    /// take.
    func look(
        _ sql: String, _ account: Account, _ stretch: IDStretch, _ count: Int, round: Int, _ kind: [PostgresValue]
    ) throws -> Found {
        let near = round == 0 ? max(count, 1000) : PageLimits.rows
        let room = round == 0 ? near : PageLimits.rows / 5
        let rows = try rows(
            sql,
            [
                .text(account.rawValue), .integer(stretch.below), .integer(stretch.from), .integer(Int64(near)),
                .integer(Int64(room)), .integer(Int64(count)),
            ] + kind)
        let ids = rows.compactMap { $0.optionalInt(4) }
        guard let first = rows.first, ids.count < count else { return Found(ids, of: count) }
        if Int(first.int(2)) == room { return Found(ids, rest: first.optionalInt(3), looked: PageLimits.rows) }
        let gone = Int(first.int(0))
        return Found(ids, rest: gone < near ? nil : first.optionalInt(1), looked: gone)
    }

    /// Producers draw ids ahead of time, and a transaction's rows have the time of its beginning.
    private static let disorder = Duration.milliseconds(250)

    /// The ids among which all rows are that a query may want.
    func stretch(
        of table: String, time: String, before: Int64?, since: Timestamp?, until: Timestamp?
    ) throws -> IDStretch {
        var stretch = IDStretch(below: before ?? .max)
        let sql = ListStatement.since(table, time)
        if let since {
            let row = try row(sql, [.time(since - Self.disorder)])
            stretch.from = row?.int(0) ?? .max
        }
        if let until {
            let row = try row(sql, [.time(until + Self.disorder)])
            stretch.below = min(stretch.below, row.map { $0.optionalInt(1) ?? $0.int(0) } ?? 0)
        }
        return stretch
    }
}
