/// Something that a migration creates, with the statement that brings it back. Read from the migrations themselves.
struct SchemaObject: Sendable, Hashable {
    let kind: String
    let name: String
    /// A template, to be resolved by `Names`.
    let statement: String

    static let all = Migration.all.flatMap { migration in
        let sql = migration.sql.replacing(/--[^\n]*/, with: "")
        return indexes(sql) + keys(sql) + triggers(sql)
    }

    static func indexes(_ sql: String) -> [SchemaObject] {
        sql.matches(of: /CREATE (UNIQUE )?INDEX ([a-z_]+) ON [^;]+/).map {
            SchemaObject(kind: "index", name: String($0.output.2), statement: oneLine($0.output.0))
        }
    }

    static func triggers(_ sql: String) -> [SchemaObject] {
        sql.matches(of: /CREATE TRIGGER ([a-z_]+) [^;]+/).map {
            SchemaObject(kind: "trigger", name: String($0.output.1), statement: oneLine($0.output.0))
        }
    }

    /// Primary keys, of several columns or of one.
    static func keys(_ sql: String) -> [SchemaObject] {
        sql.matches(of: /CREATE TABLE \{([a-z_]+)\} \(([^;]+)/).compactMap { table in
            let body = table.output.2
            let columns =
                body.firstMatch(of: /PRIMARY KEY \(([^)]+)\)/).map { $0.output.1 }
                ?? body.firstMatch(of: /([a-z_]+) [a-z]+ PRIMARY KEY/).map { $0.output.1 }
            return columns.map { columns in
                let name = "\(table.output.1)_pkey"
                return SchemaObject(
                    kind: "index", name: name,
                    statement: "ALTER TABLE {\(table.output.1)} ADD CONSTRAINT \(name) PRIMARY KEY (\(columns))")
            }
        }
    }

    private static func oneLine(_ sql: Substring) -> String {
        sql.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
