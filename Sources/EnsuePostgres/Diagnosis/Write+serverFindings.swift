internal import Ensue

extension Write {
    func settingFindings() throws -> [Finding] {
        let row = try rows(
            """
            SELECT pg_is_in_recovery(), current_setting('synchronous_commit'), current_setting('fsync'),
                current_setting('full_page_writes'), current_setting('autovacuum'),
                current_setting('max_connections')::bigint,
                (SELECT sum(numbackends)::bigint FROM pg_stat_database)
            """)[0]
        let disabled = try rows(
            """
            SELECT c.relname::text FROM pg_class c
            WHERE c.relnamespace = to_regnamespace($1) AND c.relkind = 'r'
                AND c.reloptions && '{autovacuum_enabled=false,autovacuum_enabled=off,autovacuum_enabled=0}'
            ORDER BY 1
            """, [.text(names.quotedSchema)]
        ).map { $0.text(0) }
        return PostgresDiagnosis.recovery(row.bool(0))
            + PostgresDiagnosis.durability(
                synchronousCommit: row.text(1), fsync: row.text(2), fullPageWrites: row.text(3))
            + PostgresDiagnosis.autovacuum(row.text(4), disabled: disabled)
            + [PostgresDiagnosis.connections(Int(row.int(6)), of: Int(row.int(5)))]
    }

    func transactionFindings() throws -> [Finding] {
        let seesAll = try rows("SELECT pg_has_role(current_user, 'pg_read_all_stats', 'USAGE')")[0].bool(0)
        let oldest = try row(
            """
            SELECT pid::bigint, coalesce(application_name, ''), coalesce(state, 'unknown'),
                extract(epoch FROM clock_timestamp() - xact_start)::double precision
            FROM pg_stat_activity
            WHERE datname = current_database() AND xact_start IS NOT NULL AND pid <> pg_backend_pid()
                AND backend_type = 'client backend'
            ORDER BY xact_start LIMIT 1
            """
        ).map {
            PostgresDiagnosis.RunningTransaction(
                pid: $0.int(0), application: $0.text(1), state: $0.text(2), age: .seconds($0.double(3)))
        }
        let prepared = try rows(
            """
            SELECT gid::text, extract(epoch FROM clock_timestamp() - prepared)::double precision
            FROM pg_prepared_xacts WHERE database = current_database() ORDER BY prepared LIMIT 5
            """
        ).compactMap { PostgresDiagnosis.prepared($0.text(0), age: .seconds($0.double(1))) }
        return [PostgresDiagnosis.oldestTransaction(oldest, seesAll: seesAll)] + prepared
    }

    func slotFindings() throws -> [Finding] {
        let findings = try rows(
            """
            SELECT slot_name::text, active, greatest(coalesce(age(xmin), 0), 0)::bigint,
                CASE WHEN pg_is_in_recovery() OR restart_lsn IS NULL THEN 0
                    ELSE pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) END::bigint
            FROM pg_replication_slots WHERE database IS NULL OR database = current_database() ORDER BY 1
            """
        ).compactMap {
            PostgresDiagnosis.slot($0.text(0), isActive: $0.bool(1), held: $0.int(2), kept: $0.int(3))
        }
        return findings.isEmpty ? [.ok("server.slots", "no replication slot lags behind")] : findings
    }

    func tableFindings() throws -> [Finding] {
        let findings = try rows(
            """
            SELECT relname::text, n_dead_tup, n_live_tup, extract(epoch FROM
                clock_timestamp() - greatest(last_autovacuum, last_vacuum))::double precision
            FROM pg_stat_user_tables WHERE schemaname = $1 AND relname = ANY($2) ORDER BY 1
            """, [.text(names.schema), .texts(Self.queues)]
        ).compactMap {
            PostgresDiagnosis.deadRows(
                $0.text(0), dead: Int($0.int(1)), live: Int($0.int(2)),
                lastVacuum: $0.optionalDouble(3).map { .seconds($0) })
        }
        return findings.isEmpty ? [.ok("tables.dead", "the queues have few dead rows")] : findings
    }

    /// Tables whose rows come and go.
    static let queues = [
        "ready", "scheduled", "parked", "leases", "unrouted", "ended", "workers", "counts", "progress",
    ]

    func sizeFindings() throws -> [Finding] {
        let bytes = try rows("SELECT pg_database_size(current_database())")[0].int(0)
        return [
            .ok(
                "disk.size",
                "the database has \(Diagnosis.words(bytes: bytes)); the server's free disk cannot be seen from here")
        ]
    }

    func rangeFindings() throws -> [Finding] {
        try ["events", "effects"].map { family in
            let sequence = family == "events" ? "{event_id}" : "{effect_id}"
            let row = try rows(
                """
                SELECT count(*) FILTER (WHERE r.first > s.last_value), coalesce(max(r.until), 0),
                    coalesce(max(r.until), 0) - 1 - max(s.last_value),
                    EXISTS (SELECT FROM {chores} WHERE name = 'partitions' AND done_at IS NOT NULL)
                FROM \(sequence) AS s LEFT JOIN {ranges} r ON r.family = $1
                """, [.text(family)])[0]
            return PostgresDiagnosis.ranges(
                family, ahead: Int(row.int(0)), left: max(0, row.int(2)), end: row.int(1), isTended: row.bool(3))
        }
    }
}
