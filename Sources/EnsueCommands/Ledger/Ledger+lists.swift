internal import Ensue

extension Ledger {
    /// The longest page that the API gives.
    static let pageLimit = 1000

    /// Reads a list page by page, newest first, until there are `limit` items or no more. A page may be short, or empty,
    /// and have more behind it.
    ///
    /// Returns where the rest begins; nil at the end.
    func list(
        _ path: String, _ query: [(name: String, value: String?)], limit: Int, before: String?,
        page: ([JSONValue]) throws -> Void
    ) async throws -> String? {
        var left = limit
        var next = before
        repeat {
            let answer = try await get(
                path, query + [("limit", "\(min(left, Self.pageLimit))"), ("cursor", next)])
            let items = answer["items"]?.array ?? []
            left -= items.count
            next = answer["next"]?.string
            if !items.isEmpty { try page(items) }
        } while next != nil && left > 0
        return next
    }
}
