/// The statements that a connection's server has prepared, by their texts.
struct PreparedStatements {
    enum Use: Equatable {
        case ready(name: String)
        /// To be prepared under this name and with these types first.
        case new(name: String, types: [UInt32])
        /// Not worth being kept: there is nothing to plan, or there are too many already.
        case unnamed
    }

    private struct Prepared {
        let name: String
        /// 0 where a NULL left the type to the server.
        let types: [UInt32]

        func takes(_ given: [UInt32]) -> Bool {
            types.count == given.count && zip(types, given).allSatisfy { $1 == 0 || $0 == $1 }
        }
    }

    private let limit: Int
    private var bySQL: [String: [Prepared]] = [:]
    private var lastNumber = 0

    init(limit: Int = 500) { self.limit = limit }

    /// How to execute `sql` with parameters of these types. A new statement counts as prepared from now on; if that
    /// fails, `forget` it.
    mutating func use(_ sql: String, types: [UInt32]) -> Use {
        guard let known = bySQL[sql] ?? (Self.isPlanned(sql) ? [] : nil) else { return .unnamed }
        if let prepared = known.first(where: { $0.takes(types) }) { return .ready(name: prepared.name) }
        guard lastNumber < limit else { return .unnamed }
        lastNumber += 1
        // What is NULL this time takes the type that it had before.
        let types = types.indices.map { place in
            types[place] != 0 ? types[place] : known.lazy.compactMap { $0.types.dropFirst(place).first }.first ?? 0
        }
        let prepared = Prepared(name: "ensue_\(lastNumber)", types: types)
        bySQL[sql] = known + [prepared]
        return .new(name: prepared.name, types: types)
    }

    /// Only these have plans; `COMMIT` and the like have nothing to gain.
    private static func isPlanned(_ sql: String) -> Bool {
        let word = sql.drop { $0.isWhitespace }.prefix { $0.isLetter }
        return ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "VALUES", "MERGE"].contains(word.uppercased())
    }

    mutating func forget(_ sql: String, name: String) {
        bySQL[sql]?.removeAll { $0.name == name }
    }
}
