internal import Ensue

/// A trigger on another program's table, and the function that it calls.
///
/// The function runs with the rights of its owner, who is the owner of the store's tables: whoever may write to the
/// table need have no rights here, and gets none. Nobody else may attach it to another table. Every name in it is
/// qualified or, through its `search_path`, of the system; the writer's settings do not show in the JSON that it makes.
///
/// It makes JSON of whole rows, for which PostgreSQL calls the casts to `json` that types have. Whoever can define one
/// for the type of a watched column, such as the owner of the table, can therefore act as the owner of the store's
/// tables: let that be no superuser, and watch tables of owners that are trusted so far. Conditions are the trigger's,
/// and evaluated with the writer's rights.
struct TriggerFunction {
    let name: String
    let body: String

    /// Joins of one statement's rows must not be planned as nested loops because another statement had few.
    private static let settings = """
        SET search_path = pg_catalog, pg_temp SET TimeZone = 'UTC' SET DateStyle = 'ISO, MDY'
        SET IntervalStyle = 'postgres' SET bytea_output = 'hex' SET extra_float_digits = 1 SET enable_nestloop = off
        """

    var definition: String {
        """
        CREATE FUNCTION \(name)() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
        \(Self.settings)
        AS \(Names.literal("\n#variable_conflict use_column\n" + body))
        """
    }
}

extension Write {
    /// How long installing may wait for those who are writing to the table; meanwhile nobody else can begin to.
    func limitLockWait() throws { try session.script("SET LOCAL lock_timeout = '2s'") }

    func create(_ function: TriggerFunction) throws {
        try session.query(function.definition)
        try session.query("REVOKE ALL ON FUNCTION \(function.name)() FROM PUBLIC")
        let owner = try rows(
            """
            SELECT pg_get_userbyid(c.relowner)::text FROM pg_class c
            WHERE c.oid = to_regclass($1) AND c.relowner <> current_user::regrole AND pg_has_role(c.relowner, $2)
            """,
            // Since PostgreSQL 16 to be a member is not enough to give something away.
            [.text(names.resolve("{events}")), .text(session.serverVersion >= 160_000 ? "SET" : "MEMBER")])
        if let owner = owner.first?.text(0) {
            try session.query("ALTER FUNCTION \(function.name)() OWNER TO \(Names.quoted(owner))")
        }
    }

    /// Drops a function with the triggers that call it, whatever has become of their table.
    func dropTriggerFunction(_ name: String) throws {
        try session.query("DROP FUNCTION IF EXISTS \(name)() CASCADE")
    }

    /// A name for a trigger on somebody else's table that tells whose it is.
    func triggerName(_ purpose: String) -> String {
        var schema = names.schema
        while schema.utf8.count > 36 { schema.removeLast() }
        return Names.quoted("\(schema)_\(purpose)")
    }
}
