internal import Ensue

/// Another program's table, as the catalogue has it at this moment.
struct ApplicationTable: Sendable {
    struct Column: Sendable {
        let name: String
        /// As SQL writes it: `character varying(20)`.
        let type: String
        /// What it comes down to without modifiers and domains: `varchar`; `enum` for any enumeration.
        let base: String
        /// Computed when it is read; triggers do not see it.
        let isVirtual: Bool
        /// Whether a unique index covers this column alone.
        let isUnique: Bool
    }

    let oid: Int64
    let schema: String
    let name: String
    /// As in `pg_class`: r, p, f, v, m.
    let kind: String
    /// Whether rows can come to it other than through statements that name it.
    let isChild: Bool
    let columns: [Column]

    /// How people and keys write it: `public.orders`.
    var displayName: String { "\(schema).\(name)" }
    var quotedName: String { "\(Names.quoted(schema)).\(Names.quoted(name))" }

    /// Statement triggers with transition tables see all rows of a statement at once. There are none on foreign tables,
    /// and they miss what is written to, or comes through, another table of the same family: there each row has to be
    /// looked at by itself.
    var needsRowTriggers: Bool { kind != "r" || isChild }

    /// The column of that name. Throws ``TableRefusal`` with those that there are.
    func column(_ name: String, for option: String) throws -> Column {
        if let column = columns.first(where: { $0.name == name }) { return column }
        throw TableRefusal("\(displayName) has no column \(name) for \(option); its columns are \(columnList)")
    }

    var columnList: String { columns.map { "\($0.name) (\($0.type))" }.joined(separator: ", ") }

    /// The names of columns, so that they can follow SELECT.
    static func list(_ columns: [String], of alias: String) -> String {
        columns.map { "\(alias).\(Names.quoted($0))" }.joined(separator: ", ")
    }
}

extension Write {
    /// A table by a name as people write it, `public.orders`, or as SQL does, `public."Orders"`.
    func applicationTable(named text: String) throws -> ApplicationTable {
        guard let oid = try oid(ofTable: text), let table = try applicationTable(oid) else {
            throw TableRefusal("there is no table \(text); write it as schema.name, such as public.orders")
        }
        guard !["pg_catalog", "information_schema", names.schema].contains(table.schema) else {
            throw TableRefusal("\(table.displayName) is not a table of another program")
        }
        guard ["r", "p", "f"].contains(table.kind) else {
            throw TableRefusal(
                "\(table.displayName) is a view, which has no rows of its own; name the table beneath it")
        }
        return table
    }

    /// Nil if there is none of that name.
    func oid(ofTable text: String) throws -> Int64? {
        let literally = try row(
            """
            SELECT c.oid::bigint FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm')
                AND (n.nspname || '.' || c.relname = $1 OR c.relname = $1 AND pg_table_is_visible(c.oid))
            ORDER BY c.relname = $1 LIMIT 1
            """, [.text(text.withoutNUL)])
        return try literally?.int(0) ?? resolved(text)
    }

    private func resolved(_ text: String) throws -> Int64? {
        do { return try row("SELECT to_regclass($1)::oid::bigint", [.text(text.withoutNUL)])?.optionalInt(0) } catch let
            error as PostgresError where ["42602", "42601", "0A000"].contains(error.sqlState)
        {
            throw TableRefusal("'\(text)' is not the name of a table; write it as schema.name, such as public.orders")
        }
    }

    /// Nil if there is no such table any more.
    func applicationTable(_ oid: Int64) throws -> ApplicationTable? {
        let found = try row(
            """
            SELECT n.nspname::text, c.relname::text, c.relkind::text,
                EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = c.oid)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = $1::bigint::oid
            """, [.integer(oid)])
        guard let found else { return nil }
        let columns = try rows(
            """
            SELECT a.attname::text, format_type(a.atttypid, a.atttypmod),
                CASE b.typtype WHEN 'e' THEN 'enum' ELSE b.typname::text END, a.attgenerated = 'v',
                EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisunique AND i.indisvalid
                    AND i.indpred IS NULL AND i.indnkeyatts = 1 AND i.indkey[0] = a.attnum)
            FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
                JOIN pg_type b ON b.oid = CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END
            WHERE a.attrelid = $1::bigint::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
            """, [.integer(oid)])
        return ApplicationTable(
            oid: oid, schema: found.text(0), name: found.text(1), kind: found.text(2), isChild: found.bool(3),
            columns: columns.map { row in
                ApplicationTable.Column(
                    name: row.text(0), type: row.text(1), base: row.text(2), isVirtual: row.bool(3),
                    isUnique: row.bool(4))
            })
    }
}
