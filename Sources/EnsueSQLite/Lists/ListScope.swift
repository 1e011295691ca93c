internal import Ensue

/// Which ids a list looks at, and of whose rows.
struct ListScope {
    let table: ListedTable
    let account: String
    /// The kind or type, if it matters.
    let name: String?
    let ids: ClosedRange<Int64>
    let since: Timestamp?
    let until: Timestamp?
}
