internal import Ensue

/// One numbered, frozen step from an empty schema to the present one.
struct Migration: Sendable {
    let number: Int
    /// The oldest schema number whose programs can still work once this step has been taken. Old and new processes run
    /// side by side while it is lower than `number`.
    let servesFrom: Int
    let sql: String

    static let all: [Migration] = [.first, .second]

    /// The schema as it was first released.
    static let first = Migration(number: 1, servesFrom: 1, sql: tables + ranges + arrival + views + adoption)

    static var latest: Int { all.count }

    /// The step's SQL for a schema.
    func sql(_ names: Names) -> String {
        names.render(sql.replacing("{channel}", with: Names.literal(names.channel)))
    }

    private static let bookkeeping = """
        CREATE SCHEMA IF NOT EXISTS {schema};
        CREATE TABLE IF NOT EXISTS {migrations} (
            number integer PRIMARY KEY,
            serves_from integer NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now()
        );

        """

    /// The SQL that takes a schema from step `done` to the present: behind ``prelude(_:)``, in one
    /// transaction. Empty if there is nothing to do.
    static func script(from done: Int, to last: Int = latest, _ names: Names) -> String {
        let missing = all.filter { $0.number > done && $0.number <= last }
        guard !missing.isEmpty else { return "" }
        let steps = missing.map { step in
            step.sql(names)
                + names.render(
                    "\nINSERT INTO {migrations} (number, serves_from) VALUES (\(step.number), \(step.servesFrom));\n")
        }
        return (done == 0 ? names.render(bookkeeping) : "") + steps.joined()
            + (done == 0 ? names.render(drawIdentity) : "")
    }

    /// A new store's id and secret, from the server's strong generator (`gen_random_uuid` of PostgreSQL 13).
    private static let drawIdentity = """
        INSERT INTO {store} (id, secret) VALUES (
            left(replace(gen_random_uuid()::text, '-', ''), 16),
            decode(replace(gen_random_uuid()::text || gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex')
        );

        """

    /// The number of the last step taken; 0 if the schema is not there. Refuses one that this program cannot serve.
    static func done(_ session: Session, _ names: Names) throws -> Int {
        // Reading the catalogue as a table shows what others have just committed; to_regclass may remember it otherwise.
        let isThere = try session.query(
            """
            SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = $1 AND c.relname = 'migrations')
            """, [.text(names.schema)])[0].bool(0)
        guard isThere else { return 0 }
        let row = try session.query(
            names.resolve("SELECT coalesce(max(number), 0), coalesce(max(serves_from), 0) FROM {migrations}"))[0]
        guard row.int(1) <= Int64(latest) else {
            throw StoreError(
                .schemaMismatch, operation: "open",
                detail:
                    "the schema '\(names.schema)' is number \(row.int(0)) and serves programs from \(row.int(1)) on; "
                    + "this one knows \(latest). Use a newer version")
        }
        return Int(row.int(0))
    }
}

/// How ids are divided into ranges, each with partitions of its own.
enum IDRange {
    /// Ids a range. At 100,000 effects a second one lasts forty seconds; at a million a day, four days.
    static let size: Int64 = 4_194_304
    /// So many empty ranges are kept ahead of the ids that have been given out.
    static let ahead: Int64 = 2
}
