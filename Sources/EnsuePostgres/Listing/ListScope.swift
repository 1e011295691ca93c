internal import Ensue

/// Whose rows a list shows, of which name and times.
struct ListScope {
    enum Family { case events, effects }

    /// Ids are drawn ahead, and an insert whose commit failed is repeated under the same ids: so much later may a row say
    /// that it was made.
    static let lead = Duration.seconds(10)
    /// A row says when its transaction began. Those that went on for longer than this beyond the end of the times asked
    /// for may be missing from the list.
    static let lag = Duration.seconds(1)

    let family: Family
    let account: Account
    let since: Timestamp?
    let until: Timestamp?
    /// The kind or type.
    let name: String?
    /// What else the rows are found by.
    var by: PostgresValue?

    var isTimed: Bool { since != nil || until != nil }

    func parameters(_ look: Look, room: Int) -> [PostgresValue] {
        [
            .text(account.rawValue), .integer(look.stretch.below), .integer(look.stretch.from), .optional(since),
            .optional(until), .integer(Int64(look.count)), .integer(Int64(room)), .optional(name),
        ] + (by.map { [$0] } ?? [])
    }
}
