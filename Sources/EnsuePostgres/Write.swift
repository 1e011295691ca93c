internal import Ensue

/// One verb's part of a transaction.
struct Write {
    let session: Session
    let names: Names
    let interner: Interner
    let given = GivenNumbers()
    /// What others can do once the transaction has been committed.
    var changes: StoreChanges = []
    var moves = Moves()
    var counts = Counts()
    /// Whether this is done once more because nobody knows whether it was committed before.
    var isDoubtful = false

    init(session: Session, names: Names, interner: Interner) {
        self.session = session
        self.names = names
        self.interner = interner
    }

    func rows(_ sql: String, _ parameters: [PostgresValue] = []) throws -> PostgresRows {
        try session.query(names.resolve(sql), parameters)
    }

    func row(_ sql: String, _ parameters: [PostgresValue] = []) throws -> PostgresRow? {
        let rows = try rows(sql, parameters)
        return rows.count > 0 ? rows[0] : nil
    }

    @discardableResult
    func execute(_ sql: String, _ parameters: [PostgresValue] = []) throws -> Int {
        try rows(sql, parameters).affected
    }

    /// Ends a verb: writes where the moved effects went and what was counted.
    mutating func finish() throws {
        changes.formUnion(try moves.write(self))
        moves = Moves()
        guard !counts.isEmpty else { return }
        try execute(Counts.insert, counts.parameters)
        counts = Counts()
    }

    mutating func put(_ placed: Placed, _ transition: Transition) {
        moves.put(placed, transition, counting: &counts)
    }
}
