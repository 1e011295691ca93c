extension Migration {
    /// What looking through needs. Frozen: what is to change gets a migration of its own.
    static let second = Migration(
        number: 2,
        sql: #"""
            CREATE INDEX {effects_by_kind} ON {effects} (account, kind);
            CREATE INDEX {events_by_type} ON {events} (account, type);
            CREATE INDEX {events_by_source} ON {events} (account, source) WHERE source IS NOT NULL;
            CREATE INDEX {events_by_cause} ON {events} (cause) WHERE cause IS NOT NULL;
            CREATE INDEX {effects_by_cause} ON {effects} (cause) WHERE cause IS NOT NULL;
            CREATE INDEX {effects_by_original} ON {effects} (replay_of) WHERE replay_of IS NOT NULL;

            CREATE INDEX {parked_by_state} ON {parked} (state, effect);
            DROP INDEX {outcomes_not_completed};
            CREATE INDEX {outcomes_not_completed} ON {outcomes} (outcome, account, kind, effect)
                WHERE outcome <> 'completed';

            ALTER TABLE {rejections} ADD COLUMN resolved_at INTEGER;
            ALTER TABLE {rejections} ADD COLUMN resolution TEXT;
            CREATE INDEX {rejections_by_account} ON {rejections} (account);
            CREATE INDEX {rejections_unresolved} ON {rejections} (account) WHERE resolved_at IS NULL;
            """#)
}
