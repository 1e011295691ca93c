internal import Ensue

/// Whether a row came in between two times: the ids of a list only say so nearly.
struct TimeCheck {
    private let statement: RawStatement?
    private let since: Int64
    private let until: Int64

    init(_ scope: ListScope, _ read: Read) throws {
        let isNeeded = scope.since != nil || scope.until != nil
        statement = isNeeded ? try read.raw(scope.table.timeOfRow) : nil
        since = scope.since?.milliseconds ?? .min
        until = scope.until?.milliseconds ?? .max
    }

    func holds(_ id: Int64) throws -> Bool {
        guard let statement else { return true }
        statement.bind(id, 1)
        guard let time = try statement.firstInt() else { return false }
        return time >= since && time < until
    }
}
