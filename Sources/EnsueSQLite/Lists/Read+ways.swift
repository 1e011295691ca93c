internal import Ensue

extension Read {
    /// Over so many kinds or types of one account, its rows are picked out of all rows.
    private static let mostNames = 500

    /// The rows of an account, of one kind or type or of all.
    func way(to table: ListedTable, account: String, name: String?) throws -> Way {
        if let name { return try way(to: table, account: account, named: name) }
        if let names = try names(table, account: account) {
            return Way(anyOf: try names.map { try way(to: table, account: account, named: $0) })
        }
        return Way(try raw(table.byAccount)) { $0.bind(account, 2) }
    }

    private func way(to table: ListedTable, account: String, named name: String) throws -> Way {
        Way(try raw(table.byName)) { statement in
            statement.bind(account, 2)
            statement.bind(name, 3)
        }
    }

    /// The kinds or types of which an account has rows; nil if they are too many.
    private func names(_ table: ListedTable, account: String) throws -> [String]? {
        let next = try raw(table.nextName)
        next.bind(account, 1)
        var names: [String] = []
        while names.count <= Self.mostNames {
            next.bind(names.last ?? "", 2)
            var name: String?
            try next.forEach { name = next.optionalText(0) }
            guard let name else { return names }
            names.append(name)
        }
        return nil
    }

    /// The rows of a span of time: the ids of a list only tell it nearly.
    func way(to table: ListedTable, since: Timestamp?, until: Timestamp?) throws -> Way? {
        guard since != nil || until != nil else { return nil }
        return Way(try raw(table.byTime)) { statement in
            statement.bind(since?.milliseconds ?? .min, 2)
            statement.bind(until?.milliseconds ?? .max, 3)
        }
    }
}
