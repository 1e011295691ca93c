extension Migration {
    /// What looking through needs. Frozen: what is to change gets a migration of its own.
    ///
    /// An index by account and kind over all effects would cost every request a write somewhere in the middle of it.
    /// Instead it is noted once in which blocks of 1,024 ids a combination occurs; within a block, ids are looked at
    /// one by one.
    static let second = Migration(
        number: 2,
        sql: #"""
            -- The kind '' stands for any, the type '' as well.
            CREATE TABLE {effect_blocks} (
                account TEXT NOT NULL, kind TEXT NOT NULL, block INTEGER NOT NULL, PRIMARY KEY (account, kind, block)
            ) WITHOUT ROWID;
            INSERT INTO {effect_blocks} (account, kind, block) SELECT DISTINCT account, kind, id >> 10 FROM {effects};
            INSERT INTO {effect_blocks} (account, kind, block) SELECT DISTINCT account, '', block FROM {effect_blocks};
            CREATE INDEX {effect_blocks_by_number} ON {effect_blocks} (block);
            CREATE TRIGGER {effects_note_block} AFTER INSERT ON {effects}
            WHEN NOT EXISTS (SELECT 1 FROM {effect_blocks}
                WHERE account = NEW.account AND kind = NEW.kind AND block = NEW.id >> 10)
            BEGIN
                INSERT INTO {effect_blocks} (account, kind, block) VALUES (NEW.account, NEW.kind, NEW.id >> 10);
                INSERT INTO {effect_blocks} (account, kind, block)
                SELECT NEW.account, '', NEW.id >> 10 WHERE NOT EXISTS (SELECT 1 FROM {effect_blocks}
                    WHERE account = NEW.account AND kind = '' AND block = NEW.id >> 10);
            END;

            CREATE TABLE {event_blocks} (
                account TEXT NOT NULL, type TEXT NOT NULL, block INTEGER NOT NULL, PRIMARY KEY (account, type, block)
            ) WITHOUT ROWID;
            INSERT INTO {event_blocks} (account, type, block) SELECT DISTINCT account, type, id >> 10 FROM {events};
            INSERT INTO {event_blocks} (account, type, block) SELECT DISTINCT account, '', block FROM {event_blocks};
            CREATE INDEX {event_blocks_by_number} ON {event_blocks} (block);
            CREATE TRIGGER {events_note_block} AFTER INSERT ON {events}
            WHEN NOT EXISTS (SELECT 1 FROM {event_blocks}
                WHERE account = NEW.account AND type = NEW.type AND block = NEW.id >> 10)
            BEGIN
                INSERT INTO {event_blocks} (account, type, block) VALUES (NEW.account, NEW.type, NEW.id >> 10);
                INSERT INTO {event_blocks} (account, type, block)
                SELECT NEW.account, '', NEW.id >> 10 WHERE NOT EXISTS (SELECT 1 FROM {event_blocks}
                    WHERE account = NEW.account AND type = '' AND block = NEW.id >> 10);
            END;

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
