internal import Ensue

extension PostgresStore {
    /// Records the changes of a table as events from now on. A watch of the same table and name is replaced.
    ///
    /// Waits for whoever is writing to the table, and lets nobody else begin to meanwhile, for two seconds at a time.
    /// Throws ``TableRefusal`` if it cannot be watched so, and ``StoreError`` `unavailable` if the role may not.
    @discardableResult
    public func watch(_ request: TableWatch.Request) async throws -> TableWatch {
        try await runner.transact("watch") { try $0.install(request) }
    }

    /// All watches, by name.
    public func watches() async throws -> [TableWatch] {
        try await runner.perform("watches") { try $0.watches("true", []).map(\.watch) }
    }

    /// Removes the watch of that name, or else all watches of that table. Returns them.
    public func removeWatches(_ nameOrTable: String) async throws -> [TableWatch] {
        try await runner.transact("unwatch") { write in
            try write.limitLockWait()
            let named = try write.watches("w.name = $1", [.text(nameOrTable)])
            let found = named.isEmpty ? try write.watchesOfTable(nameOrTable) : named
            for (id, _) in found { try write.removeWatch(id) }
            return found.map(\.watch)
        }
    }
}

extension Write {
    fileprivate func install(_ request: TableWatch.Request) throws -> TableWatch {
        try limitLockWait()
        try execute("LOCK TABLE {watches} IN SHARE ROW EXCLUSIVE MODE")
        let table = try applicationTable(named: request.table)
        let watch = try request.watch(table)
        for (id, other) in try watches("w.name = $1", [.text(watch.name)]) {
            guard other.isDropped || other.table == table.displayName else {
                throw TableRefusal(
                    "\(watch.name) is the name of a watch of \(other.table); give this one another: --name")
            }
            try removeWatch(id)
        }
        let id = try rows(
            """
            INSERT INTO {watches} (name, relation, table_name, account, operations, columns, condition, by_row)
            VALUES ($1, $2::bigint::oid, $3, $4, $5, $6, $7, $8) RETURNING id
            """,
            [
                .text(watch.name), .integer(table.oid), .text(watch.table), .text(watch.account.rawValue),
                .texts(watch.operations.map(\.rawValue)), watch.columns.map(PostgresValue.texts) ?? .missing(.texts),
                .optional(watch.condition), .boolean(watch.isByRow),
            ])[0].int(0)
        let trigger = WatchTrigger(
            watch: watch, table: table, source: try SourceName(type: "table", key: table.displayName),
            function: names.render("{watch_\(id)}"), events: names.resolve("{events}"))
        try create(TriggerFunction(name: trigger.function, body: trigger.body))
        for operation in watch.operations { try create(trigger, operation, id) }
        return watch
    }

    private func create(_ trigger: WatchTrigger, _ operation: TableWatch.Operation, _ id: Int64) throws {
        let name = triggerName("watch_\(id)_\(operation.rawValue)")
        do { try session.query(trigger.definition(operation, named: name)) } catch let error as PostgresError
            where trigger.watch.condition != nil && error.isOfStatement
        {
            throw TableRefusal(
                "the condition does not suit \(operation.rawValue)s: \(error.message). It is SQL about NEW, the row as "
                    + "it becomes, and OLD, as it was, such as NEW.total > 100; operations that need different "
                    + "conditions are watched under different names")
        }
    }

    fileprivate func removeWatch(_ id: Int64) throws {
        try dropTriggerFunction(names.render("{watch_\(id)}"))
        try execute("DELETE FROM {watches} WHERE id = $1", [.integer(id)])
    }

    fileprivate func watches(
        _ condition: String, _ parameters: [PostgresValue]
    ) throws -> [(id: Int64, watch: TableWatch)] {
        try rows(
            """
            SELECT w.id, w.name, w.table_name, w.account, array_to_json(w.operations), array_to_json(w.columns),
                w.condition, w.by_row, NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = w.relation)
            FROM {watches} w WHERE \(condition) ORDER BY w.name
            """, parameters
        ).map { row in
            (
                row.int(0),
                TableWatch(
                    name: row.text(1), table: row.text(2), account: Account(wellFormed: row.text(3)),
                    operations: try JSONText(trusted: row.text(4)).decode(),
                    columns: try row.optionalText(5).map { try JSONText(trusted: $0).decode() },
                    condition: row.optionalText(6), isByRow: row.bool(7), isDropped: row.bool(8))
            )
        }
    }

    /// By the table's name at present or at the time when it was added.
    fileprivate func watchesOfTable(_ text: String) throws -> [(id: Int64, watch: TableWatch)] {
        let former = try watches("w.table_name = $1", [.text(text)])
        guard former.isEmpty else { return former }
        guard let oid = try oid(ofTable: text) else { return [] }
        return try watches("w.relation = $1::bigint::oid", [.integer(oid)])
    }
}

extension TableWatch.Request {
    fileprivate func watch(_ table: ApplicationTable) throws -> TableWatch {
        let operations = TableWatch.Operation.allCases.filter(self.operations.contains)
        guard !operations.isEmpty else { throw TableRefusal("name at least one of insert, update and delete") }
        for column in columns ?? [] {
            guard try !table.column(column, for: "--columns").isVirtual else {
                throw TableRefusal("the column \(column) is computed when it is read; triggers do not see it")
            }
        }
        guard columns?.isEmpty != true else {
            throw TableRefusal("name at least one column; \(table.displayName) has \(table.columnList)")
        }
        let name = name ?? table.name
        do {
            for operation in operations {
                guard try !TableWatch.type(name, operation).isReserved else {
                    throw TableRefusal("events whose types begin with 'ensue.' are the engine's own; give it a --name")
                }
            }
        } catch let error as MalformedName {
            throw TableRefusal("the types of its events begin with its name, and \(error); give it another: --name")
        }
        return TableWatch(
            name: name, table: table.displayName, account: account, operations: operations, columns: columns,
            condition: condition, isByRow: condition != nil || table.needsRowTriggers, isDropped: false)
    }
}

extension PostgresError {
    /// Whether the statement itself is wrong, and not the role's rights or the moment.
    var isOfStatement: Bool {
        guard let sqlState, sqlState != "42501" else { return false }
        return sqlState.hasPrefix("42") || sqlState.hasPrefix("0A")
    }
}
