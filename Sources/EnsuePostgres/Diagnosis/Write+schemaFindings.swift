internal import Ensue

extension Write {
    func schemaFindings() throws -> [Finding] {
        let done = try Migration.done(session, names)
        return [
            Diagnosis.schema(done == 0 ? nil : done, latest: Migration.latest, update: "ensue serve --store ADDRESS")
        ]
    }

    // MARK: What must be there

    func objectFindings() throws -> [Finding] {
        let found = Set(
            try rows(
                """
                SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = to_regnamespace($1)
                UNION ALL
                SELECT t.tgname::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
                WHERE c.relnamespace = to_regnamespace($1) AND NOT t.tgisinternal
                """, [.text(names.quotedSchema)]
            ).map { $0.text(0) })
        let missing = SchemaObject.all.filter { !found.contains($0.name) }
        return Diagnosis.objects(missing: missing.map { ("\($0.kind) \($0.name)", $0.statement) })
            + (try invalidIndexes()) + (try disabledTriggers())
    }

    /// Left behind by an interrupted `CREATE INDEX CONCURRENTLY`, or not built on every partition.
    private func invalidIndexes() throws -> [Finding] {
        try rows(
            """
            SELECT c.relname::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
            WHERE c.relnamespace = to_regnamespace($1) AND NOT i.indisvalid ORDER BY 1
            """, [.text(names.quotedSchema)]
        ).map {
            .failure(
                "schema.objects", "the index \($0.text(0)) is invalid and not used",
                remedy: "REINDEX INDEX CONCURRENTLY {schema}.\(Names.quoted($0.text(0)))")
        }
    }

    private func disabledTriggers() throws -> [Finding] {
        try rows(
            """
            SELECT c.relname::text, t.tgname::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
            WHERE c.relnamespace = to_regnamespace($1) AND NOT t.tgisinternal AND t.tgenabled IN ('D', 'R') ORDER BY 1, 2
            """, [.text(names.quotedSchema)]
        ).map {
            .failure(
                "schema.objects", "the trigger \($0.text(1)) of \($0.text(0)) is disabled",
                remedy: "ALTER TABLE {schema}.\(Names.quoted($0.text(0))) ENABLE TRIGGER \(Names.quoted($0.text(1)))")
        }
    }

    // MARK: What the role may do

    func permissionFindings() throws -> [Finding] {
        let role = try rows("SELECT current_user::text")[0].text(0)
        let lacking = try rows(Self.lackingPrivileges, [.text(names.quotedSchema), .texts(Self.queues)])
            .map { $0.text(0) }
        var findings: [Finding] = lacking.isEmpty ? [] : [Self.refused(lacking, role: role)]
        if let owner = try row(Self.partitionOwner, [.text(names.quotedSchema)])?.text(0) {
            findings.append(
                .warning(
                    "permissions.partitions", "the role \(role) cannot make partitions for ids to come",
                    remedy: "run at least one worker as \(owner), or make the role the owner: "
                        + Self.growing.map { "ALTER TABLE {\($0)} OWNER TO \(Names.quoted(role)); " }.joined()
                        + "GRANT CREATE ON SCHEMA {schema} TO \(Names.quoted(role))"))
        }
        return findings.isEmpty ? [.ok("permissions", "the role \(role) has the rights of a worker")] : findings
    }

    /// Tables that get partitions.
    private static let growing = ["events", "effects", "outcomes", "attempts"]

    private static func refused(_ lacking: [String], role: String) -> Finding {
        let role = (name: role, quoted: Names.quoted(role))
        return .failure(
            "permissions", "the role \(role.name) lacks rights: \(lacking.prefix(8).joined(separator: ", "))",
            remedy: "GRANT USAGE ON SCHEMA {schema} TO \(role.quoted); "
                + "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO \(role.quoted); "
                + "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO \(role.quoted)")
    }

    /// Rights that a worker needs and the role has not, as `INSERT on effects`.
    private static let lackingPrivileges = """
        SELECT p.privilege || ' on ' || c.relname
        FROM pg_class c CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS p (privilege)
        WHERE c.relnamespace = to_regnamespace($1) AND c.relkind IN ('r', 'p') AND NOT c.relispartition
            AND (p.privilege = 'SELECT' OR (p.privilege = 'INSERT' AND c.relname NOT IN ('migrations', 'store', 'chores'))
                OR c.relname = ANY($2))
            AND NOT has_table_privilege(c.oid, p.privilege)
        UNION ALL
        SELECT 'USAGE on ' || c.relname FROM pg_class c
        WHERE c.relnamespace = to_regnamespace($1)
            AND CASE WHEN c.relkind = 'S' THEN NOT has_sequence_privilege(c.oid, 'USAGE') ELSE false END
        ORDER BY 1
        """

    /// The owner of the tables that get partitions, if the role cannot act as that or create tables.
    private static let partitionOwner = """
        SELECT pg_get_userbyid(c.relowner)::text FROM pg_class c
        WHERE c.relnamespace = to_regnamespace($1) AND c.relkind = 'p'
            AND NOT (pg_has_role(c.relowner, 'USAGE') AND has_schema_privilege(c.relnamespace, 'CREATE'))
        ORDER BY c.relname LIMIT 1
        """
}
