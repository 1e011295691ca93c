internal import Ensue

/// How a list's ids are found.
extension Write {
    /// The ids that a statement names, newest first, of which an index gives no more than are wanted.
    func few(_ sql: String, _ account: Account, _ look: Look, _ rest: [PostgresValue] = []) throws -> Found {
        let rows = try rows(
            sql,
            [
                .text(account.rawValue), .integer(look.stretch.below), .integer(look.stretch.from),
                .integer(Int64(look.count)),
            ] + rest)
        return Found(rows.map { $0.int(0) }, of: look.count)
    }

    /// The ids that a statement finds in so many parts of a list.
    func parts(_ room: Int, _ sql: String, _ scope: ListScope, _ look: Look) throws -> Found {
        let rows = try rows(sql, scope.parameters(look, room: room))
        return Found(rows.map(LookedThrough.init), of: look.count, room: room)
    }

    /// The ids among which all rows are that a list may show.
    func stretch(_ scope: ListScope, before: Int64?) throws -> IDStretch {
        let isOfEffects = scope.family == .effects
        let sql = ListStatement.bounds(
            isOfEffects ? "effect_blocks" : "event_blocks",
            name: scope.name == nil ? nil : isOfEffects ? "kind" : "type")
        let row = try row(
            sql,
            [
                .text(scope.account.rawValue), .optional(scope.since.map { $0 - ListScope.lead }),
                .optional(scope.until.map { $0 + ListScope.lag }),
            ] + (scope.name.map { [.text($0)] } ?? []))
        guard let row, let least = row.optionalInt(0), var greatest = row.optionalInt(1) else {
            return IDStretch(below: 0)
        }
        let first = max(least, (row.optionalInt(2) ?? 0) - 1)
        if scope.until != nil { greatest = min(greatest, row.optionalInt(3).map { $0 + 1 } ?? -1) }
        return IDStretch(
            below: min(before ?? .max, (greatest + 1) << IDBlock.bits), from: max(0, first << IDBlock.bits))
    }
}
