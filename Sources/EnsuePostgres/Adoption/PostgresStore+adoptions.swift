internal import Ensue

extension PostgresStore {
    /// Handles the rows that are inserted into a table from now on. Asked for again, it replaces the columns.
    ///
    /// Rows that are there already are taken in by ``backfill(_:limit:)``. Waits for whoever is writing to the table,
    /// and lets nobody else begin to meanwhile, for two seconds at a time. Throws ``TableRefusal`` if the table is not
    /// fit for it, and ``StoreError`` `unavailable` if the role may not.
    @discardableResult
    public func adopt(_ request: Adoption.Request) async throws -> Adoption {
        try await runner.transact("adopt") { try $0.install(request) }
    }

    /// Looks at the next `limit` rows that were there before, in the order of their ids, and requests the effects of
    /// those that are not completed. Begun again after an interruption, it goes on where it was.
    ///
    /// After the last step it begins anew. Rows whose effects are there already get no others; what is still to be
    /// written back to them is put into the queue, such as what their table had refused.
    public func backfill(_ adoption: Adoption, limit: Int = 5000) async throws -> BackfillStep {
        try await runner.transact("backfill") { try $0.backfill(adoption.table, limit: limit) }
    }

    /// All adoptions, by table.
    public func adoptions() async throws -> [Adoption] {
        try await runner.perform("adoptions") { try $0.adoptions("true", []).map(\.adoption) }
    }

    /// Leaves a table alone from now on. Effects that were requested for its rows stay, and write nothing back: so
    /// many of them are not completed. Nil if the table is not adopted.
    public func removeAdoption(of table: String) async throws -> (adoption: Adoption, open: Int)? {
        try await runner.transact("disown") { write in
            try write.limitLockWait()
            guard
                let found = try write.adoptions("a.table_name = $1", [.text(table)]).first
                    ?? write.adoption(ofTable: table)
            else { return nil }
            try write.dropTriggerFunction(write.names.render("{adopt_\(found.id)}"))
            let open = try write.execute("DELETE FROM {adopted} WHERE adoption = $1", [.integer(found.id)])
            try write.execute("DELETE FROM {adoptions} WHERE id = $1", [.integer(found.id)])
            return (found.adoption, open)
        }
    }
}

/// An adoption with what its row has besides.
struct StoredAdoption {
    let id: Int64
    let relation: Int64
    let adoption: Adoption
    let lookedUpTo: String?
}

extension Write {
    fileprivate func install(_ request: Adoption.Request) throws -> Adoption {
        try limitLockWait()
        try execute("LOCK TABLE {adoptions} IN SHARE ROW EXCLUSIVE MODE")
        let table = try applicationTable(named: request.table)
        let columns = try request.columns(of: table)
        let known = try adoptions("a.relation = $1::bigint::oid", [.integer(table.oid)]).first
        if let known { try known.checkReplacement(columns, request.account) }
        try forgetDropped(table.displayName)
        let stored = StoredAdoption(
            id: try known?.id
                ?? rows("SELECT nextval(pg_get_serial_sequence($1, 'id'))", [.text(names.resolve("{adoptions}"))])[0]
                .int(0),
            relation: table.oid,
            adoption: Adoption(
                table: known?.adoption.table ?? table.displayName, account: request.account, columns: columns,
                isBackfilled: false, leftAlone: known?.adoption.leftAlone ?? 0, isDropped: false),
            lookedUpTo: known?.lookedUpTo)
        try store(stored)
        let adopting = AdoptingRows(id: stored.id, adoption: stored.adoption, names: names)
        try dropTriggerFunction(adopting.function)
        try create(TriggerFunction(name: adopting.function, body: adopting.body(on: table)))
        try session.query(adopting.trigger(on: table, named: triggerName("adopt_\(stored.id)")))
        return stored.adoption
    }

    /// A table of the same name that is gone.
    private func forgetDropped(_ name: String) throws {
        for other in try adoptions("a.table_name = $1", [.text(name)]) where other.adoption.isDropped {
            try execute("DELETE FROM {adopted} WHERE adoption = $1", [.integer(other.id)])
            try execute("DELETE FROM {adoptions} WHERE id = $1", [.integer(other.id)])
            try dropTriggerFunction(names.render("{adopt_\(other.id)}"))
        }
    }

    private func store(_ stored: StoredAdoption) throws {
        let columns = stored.adoption.columns
        try execute(
            """
            INSERT INTO {adoptions} (id, relation, table_name, account, id_column, kind_column, payload_column,
                completed_column, completion_column, error_column)
            OVERRIDING SYSTEM VALUE VALUES ($1, $2::bigint::oid, $3, $4, $5, $6, $7, $8, $9, $10)
            ON CONFLICT (id) DO UPDATE SET kind_column = excluded.kind_column,
                payload_column = excluded.payload_column, completed_column = excluded.completed_column,
                completion_column = excluded.completion_column, error_column = excluded.error_column
            """,
            [
                .integer(stored.id), .integer(stored.relation), .text(stored.adoption.table),
                .text(stored.adoption.account.rawValue), .text(columns.id), .text(columns.kind),
                .text(columns.payload), .text(columns.completed), .text(columns.completion), .optional(columns.error),
            ])
    }

    func adoptions(_ condition: String, _ parameters: [PostgresValue]) throws -> [StoredAdoption] {
        try rows(
            """
            SELECT a.id, a.relation::oid::bigint, a.table_name, a.account, a.id_column, a.kind_column, a.payload_column,
                a.completed_column, a.completion_column, a.error_column, a.looked_up_to,
                a.backfilled_at IS NOT NULL, a.left_alone,
                NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = a.relation)
            FROM {adoptions} a WHERE \(condition) ORDER BY a.table_name
            """, parameters
        ).map { row in
            StoredAdoption(
                id: row.int(0), relation: row.int(1),
                adoption: Adoption(
                    table: row.text(2), account: Account(wellFormed: row.text(3)),
                    columns: Adoption.Columns(
                        id: row.text(4), kind: row.text(5), payload: row.text(6), completed: row.text(7),
                        completion: row.text(8), error: row.optionalText(9)),
                    isBackfilled: row.bool(11), leftAlone: Int(row.int(12)), isDropped: row.bool(13)),
                lookedUpTo: row.optionalText(10))
        }
    }

    fileprivate func adoption(ofTable text: String) throws -> StoredAdoption? {
        guard let oid = try oid(ofTable: text) else { return nil }
        return try adoptions("a.relation = $1::bigint::oid", [.integer(oid)]).first
    }
}

extension StoredAdoption {
    /// Keys are made of the account and the id: with others every row would be handled again.
    fileprivate func checkReplacement(_ columns: Adoption.Columns, _ account: Account) throws {
        guard adoption.account == account else {
            throw TableRefusal("\(adoption.table) is adopted in the account \(adoption.account); remove that first")
        }
        guard adoption.columns.id == columns.id else {
            throw TableRefusal("\(adoption.table) is adopted by its column \(adoption.columns.id); remove that first")
        }
    }
}
