extension Migration {
    /// The ledger and its queues. Frozen: what is to change gets a migration of its own.
    static let first = Migration(
        number: 1,
        sql: #"""
            CREATE TABLE {store} (
                only INTEGER PRIMARY KEY CONSTRAINT {store_is_one_row} CHECK (only = 1),
                id TEXT NOT NULL,
                secret BLOB NOT NULL,
                rules_version INTEGER NOT NULL DEFAULT 0
            );

            -- Names as small numbers, for the queues.
            -- What an effect may be called is checked here, once per name and not once per effect.
            CREATE TABLE {accounts} (
                id INTEGER PRIMARY KEY,
                name TEXT NOT NULL UNIQUE CONSTRAINT {account_is_a_name}
                    CHECK (typeof(name) = 'text'
                        AND length(name) BETWEEN 1 AND 200 AND name NOT GLOB '*[^A-Za-z0-9_.:/-]*')
            );
            INSERT INTO {accounts} (name) VALUES ('default');
            CREATE TABLE {kinds} (
                id INTEGER PRIMARY KEY,
                name TEXT NOT NULL UNIQUE CONSTRAINT {effect_kind_is_a_name}
                    CHECK (typeof(name) = 'text'
                        AND length(name) BETWEEN 1 AND 200 AND name NOT GLOB '*[^A-Za-z0-9_.:/-]*'),
                policy TEXT,
                needs_approval INTEGER NOT NULL DEFAULT 0,
                seen_at INTEGER
            );
            CREATE INDEX {kinds_needing_approval} ON {kinds} (name) WHERE needs_approval;

            CREATE TABLE {rules} (
                name TEXT PRIMARY KEY,
                origin TEXT NOT NULL CONSTRAINT {rule_origin_is_known} CHECK (origin IN ('code')),
                pattern TEXT NOT NULL CONSTRAINT {rule_pattern_is_json} CHECK (json_valid(pattern)),
                kind TEXT NOT NULL,
                position INTEGER NOT NULL,
                follows_completed INTEGER NOT NULL,
                follows_failed INTEGER NOT NULL,
                follows_cancelled INTEGER NOT NULL,
                seen_at INTEGER NOT NULL
            ) WITHOUT ROWID;

            -- Facts. Anyone may insert; times may be given as ISO 8601 text or as milliseconds since 1970.
            CREATE TABLE {events} (
                id INTEGER PRIMARY KEY AUTOINCREMENT CONSTRAINT {event_id_is_in_range}
                    CHECK (id BETWEEN 1 AND 4611686018427387903),
                account TEXT NOT NULL DEFAULT 'default' CONSTRAINT {event_account_is_a_name}
                    CHECK (typeof(account) = 'text'
                        AND length(account) BETWEEN 1 AND 200 AND account NOT GLOB '*[^A-Za-z0-9_.:/-]*'),
                type TEXT NOT NULL CONSTRAINT {event_type_is_a_name}
                    CHECK (typeof(type) = 'text'
                        AND length(type) BETWEEN 1 AND 200 AND type NOT GLOB '*[^A-Za-z0-9_.:/-]*'),
                source TEXT CONSTRAINT {event_source_is_type_and_key}
                    CHECK (source IS NULL OR (typeof(source) = 'text'
                        AND source GLOB '/[^/]*/?*' AND length(CAST(source AS BLOB)) <= 502)),
                key TEXT CONSTRAINT {event_key_has_1_to_500_bytes}
                    CHECK (key IS NULL OR (typeof(key) = 'text' AND length(CAST(key AS BLOB)) BETWEEN 1 AND 500)),
                tags TEXT NOT NULL DEFAULT '[]' CONSTRAINT {event_tags_are_a_list}
                    CHECK (typeof(tags) = 'text' AND json_valid(tags) AND json_type(tags) = 'array'),
                data TEXT NOT NULL DEFAULT '{}' CONSTRAINT {event_data_is_json}
                    CHECK (typeof(data) = 'text' AND json_valid(data)),
                time CONSTRAINT {event_time_is_a_time}
                    CHECK (time IS NULL OR typeof(time) = 'integer' OR julianday(time) IS NOT NULL),
                recorded_at INTEGER NOT NULL
                    DEFAULT (CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)),
                cause INTEGER,
                depth INTEGER NOT NULL DEFAULT 0,
                CONSTRAINT {event_type_is_not_reserved} CHECK (type NOT GLOB 'ensue.*' OR cause IS NOT NULL),
                CONSTRAINT {event_numbers_are_integers} CHECK (typeof(recorded_at) = 'integer'
                    AND typeof(depth) = 'integer' AND typeof(cause) IN ('integer', 'null'))
            );
            CREATE TABLE {event_keys} (
                account TEXT NOT NULL, key TEXT NOT NULL, event INTEGER NOT NULL, PRIMARY KEY (account, key)
            ) WITHOUT ROWID;
            CREATE TABLE {unrouted} (event INTEGER PRIMARY KEY);

            CREATE TRIGGER {events_arrive} BEFORE INSERT ON {events}
            WHEN NEW.key IS NOT NULL OR NEW.tags <> '[]' OR EXISTS (SELECT 1 FROM {events} WHERE id = NEW.id)
            BEGIN
                SELECT raise(ABORT, 'events are never changed; record another one')
                FROM {events} WHERE id = NEW.id;
                SELECT raise(ABORT, 'event_tags_are_texts')
                FROM json_each(CASE WHEN json_valid(NEW.tags) THEN NEW.tags ELSE '[]' END) WHERE type <> 'text';
                SELECT raise(IGNORE) FROM {event_keys} WHERE account = NEW.account AND key = NEW.key;
            END;
            CREATE TRIGGER {events_remember_key} AFTER INSERT ON {events} WHEN NEW.key IS NOT NULL
            BEGIN
                INSERT INTO {event_keys} (account, key, event) VALUES (NEW.account, NEW.key, NEW.id);
            END;
            CREATE TRIGGER {events_queue} AFTER INSERT ON {events}
            BEGIN
                INSERT INTO {unrouted} (event) VALUES (NEW.id);
            END;

            -- Instructions. Anyone may insert.
            CREATE TABLE {effects} (
                id INTEGER PRIMARY KEY AUTOINCREMENT CONSTRAINT {effect_id_is_in_range}
                    CHECK (id BETWEEN 1 AND 4611686018427387903),
                account TEXT NOT NULL DEFAULT 'default',
                kind TEXT NOT NULL,
                payload TEXT NOT NULL DEFAULT '{}' CONSTRAINT {effect_payload_is_json}
                    CHECK (typeof(payload) = 'text' AND json_valid(payload)),
                key TEXT CONSTRAINT {effect_key_has_1_to_500_bytes}
                    CHECK (key IS NULL OR (typeof(key) = 'text' AND length(CAST(key AS BLOB)) BETWEEN 1 AND 500)),
                priority INTEGER NOT NULL DEFAULT 2 CONSTRAINT {effect_priority_is_0_to_3}
                    CHECK (typeof(priority) = 'integer' AND priority BETWEEN 0 AND 3),
                due_at CONSTRAINT {effect_due_at_is_a_time}
                    CHECK (due_at IS NULL OR typeof(due_at) = 'integer' OR julianday(due_at) IS NOT NULL),
                approval TEXT CONSTRAINT {effect_approval_is_required_or_null} CHECK (approval = 'required'),
                created_at INTEGER NOT NULL
                    DEFAULT (CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)),
                event INTEGER,
                rule TEXT,
                cause INTEGER,
                replay_of INTEGER,
                depth INTEGER NOT NULL DEFAULT 0,
                CONSTRAINT {effect_numbers_are_integers} CHECK (typeof(created_at) = 'integer'
                    AND typeof(depth) = 'integer' AND typeof(event) IN ('integer', 'null')
                    AND typeof(cause) IN ('integer', 'null') AND typeof(replay_of) IN ('integer', 'null')
                    AND typeof(rule) IN ('text', 'null'))
            );
            CREATE INDEX {effects_by_event} ON {effects} (event) WHERE event IS NOT NULL;
            CREATE TABLE {effect_keys} (
                account TEXT NOT NULL, key TEXT NOT NULL, effect INTEGER NOT NULL, PRIMARY KEY (account, key)
            ) WITHOUT ROWID;

            -- The places of effects that have not ended.
            CREATE TABLE {ready} (
                kind INTEGER NOT NULL,
                account INTEGER NOT NULL,
                priority INTEGER NOT NULL,
                effect INTEGER NOT NULL,
                run INTEGER NOT NULL DEFAULT 1,
                alone INTEGER NOT NULL DEFAULT 0,
                PRIMARY KEY (kind, account, priority, effect)
            ) WITHOUT ROWID;
            CREATE TABLE {scheduled} (
                effect INTEGER PRIMARY KEY, due_at INTEGER NOT NULL, run INTEGER NOT NULL DEFAULT 1
            );
            CREATE INDEX {scheduled_by_time} ON {scheduled} (due_at);
            CREATE TABLE {parked} (
                effect INTEGER PRIMARY KEY,
                state TEXT NOT NULL CONSTRAINT {parked_state_is_known}
                    CHECK (state IN ('held', 'deferred', 'uncertain')),
                run INTEGER NOT NULL DEFAULT 0,
                lease INTEGER,
                deadline INTEGER,
                started_at INTEGER,
                CONSTRAINT {deferred_has_a_deadline} CHECK ((state = 'deferred') = (deadline IS NOT NULL))
            );
            CREATE INDEX {parked_by_deadline} ON {parked} (deadline) WHERE deadline IS NOT NULL;
            CREATE TABLE {leases} (
                id INTEGER PRIMARY KEY,
                worker INTEGER NOT NULL,
                open TEXT NOT NULL CONSTRAINT {lease_open_is_a_list} CHECK (json_valid(open) AND open <> '[]'),
                cancel TEXT NOT NULL DEFAULT '[]' CONSTRAINT {lease_cancel_is_a_list} CHECK (json_valid(cancel)),
                alone INTEGER NOT NULL DEFAULT 0,
                claimed_at INTEGER NOT NULL,
                expires_at INTEGER NOT NULL
            );

            CREATE TABLE {outcomes} (
                effect INTEGER PRIMARY KEY,
                outcome TEXT NOT NULL CONSTRAINT {outcome_is_known}
                    CHECK (outcome IN ('completed', 'failed', 'cancelled')),
                run INTEGER NOT NULL,
                lease INTEGER,
                account INTEGER NOT NULL,
                kind INTEGER NOT NULL,
                output TEXT,
                error TEXT,
                started_at INTEGER,
                completed_at INTEGER NOT NULL,
                CONSTRAINT {failure_has_an_error} CHECK (outcome <> 'failed' OR error IS NOT NULL)
            );
            CREATE INDEX {outcomes_not_completed} ON {outcomes} (outcome, effect) WHERE outcome <> 'completed';
            CREATE TABLE {attempts} (
                id INTEGER PRIMARY KEY,
                effect INTEGER NOT NULL,
                run INTEGER NOT NULL,
                result TEXT NOT NULL CONSTRAINT {attempt_result_is_known}
                    CHECK (result IN ('failed', 'snoozed', 'expired', 'lost', 'interrupted', 'retried')),
                alone INTEGER NOT NULL DEFAULT 0,
                error TEXT,
                started_at INTEGER,
                ended_at INTEGER NOT NULL
            );
            CREATE INDEX {attempts_by_effect} ON {attempts} (effect);
            -- Endings that somebody follows.
            CREATE TABLE {ended} (effect INTEGER PRIMARY KEY);
            CREATE TABLE {progress} (effect INTEGER PRIMARY KEY, fraction REAL, note TEXT, at INTEGER NOT NULL);

            -- Every trigger costs something for every row: what is rare shares one, behind a condition.
            CREATE TRIGGER {effects_arrive} BEFORE INSERT ON {effects}
            WHEN NEW.key IS NOT NULL
                OR NOT EXISTS (SELECT 1 FROM {kinds} WHERE name = NEW.kind)
                OR NOT EXISTS (SELECT 1 FROM {accounts} WHERE name = NEW.account)
                OR EXISTS (SELECT 1 FROM {effects} WHERE id = NEW.id)
            BEGIN
                SELECT raise(ABORT, 'effects are never changed; request another one')
                FROM {effects} WHERE id = NEW.id;
                SELECT raise(IGNORE) FROM {effect_keys} WHERE account = NEW.account AND key = NEW.key;
                INSERT INTO {kinds} (name)
                SELECT NEW.kind WHERE NOT EXISTS (SELECT 1 FROM {kinds} WHERE name = NEW.kind);
                INSERT INTO {accounts} (name)
                SELECT NEW.account WHERE NOT EXISTS (SELECT 1 FROM {accounts} WHERE name = NEW.account);
            END;
            CREATE TRIGGER {effects_become_ready} AFTER INSERT ON {effects}
            WHEN NEW.due_at IS NULL AND NEW.approval IS NULL
                AND NOT EXISTS (SELECT 1 FROM {kinds} WHERE needs_approval AND name = NEW.kind)
            BEGIN
                INSERT INTO {ready} (kind, account, priority, effect)
                SELECT k.id, a.id, NEW.priority, NEW.id FROM {kinds} k, {accounts} a
                WHERE k.name = NEW.kind AND a.name = NEW.account;
            END;
            CREATE TRIGGER {effects_wait} AFTER INSERT ON {effects}
            WHEN NEW.key IS NOT NULL OR NEW.due_at IS NOT NULL OR NEW.approval IS NOT NULL
                OR EXISTS (SELECT 1 FROM {kinds} WHERE needs_approval AND name = NEW.kind)
            BEGIN
                INSERT INTO {effect_keys} (account, key, effect)
                SELECT NEW.account, NEW.key, NEW.id WHERE NEW.key IS NOT NULL;
                INSERT INTO {parked} (effect, state)
                SELECT NEW.id, 'held' FROM {kinds}
                WHERE name = NEW.kind AND (needs_approval OR NEW.approval IS NOT NULL);
                INSERT INTO {scheduled} (effect, due_at)
                SELECT NEW.id, CASE typeof(NEW.due_at) WHEN 'integer' THEN NEW.due_at
                    ELSE CAST(round((julianday(NEW.due_at) - 2440587.5) * 86400000) AS INTEGER) END
                FROM {kinds}
                WHERE name = NEW.kind AND NOT needs_approval AND NEW.approval IS NULL AND NEW.due_at IS NOT NULL;
            END;

            -- What has happened is never changed; only retention deletes, and says so first.
            CREATE TABLE {retiring} (only INTEGER PRIMARY KEY CHECK (only = 1));
            CREATE TRIGGER {events_are_facts} BEFORE UPDATE ON {events}
            BEGIN
                SELECT raise(ABORT, 'events are never changed; record another one');
            END;
            CREATE TRIGGER {events_are_kept} BEFORE DELETE ON {events} WHEN NOT EXISTS (SELECT 1 FROM {retiring})
            BEGIN
                SELECT raise(ABORT, 'events are deleted by retention alone');
            END;
            CREATE TRIGGER {effects_are_facts} BEFORE UPDATE ON {effects}
            BEGIN
                SELECT raise(ABORT, 'effects are never changed; request another one');
            END;
            CREATE TRIGGER {effects_are_kept} BEFORE DELETE ON {effects} WHEN NOT EXISTS (SELECT 1 FROM {retiring})
            BEGIN
                SELECT raise(ABORT, 'effects are deleted by retention alone');
            END;

            CREATE TABLE {workers} (
                id INTEGER PRIMARY KEY,
                name TEXT NOT NULL,
                kinds TEXT NOT NULL CONSTRAINT {worker_kinds_are_a_list} CHECK (json_valid(kinds)),
                joined_at INTEGER NOT NULL,
                beat_at INTEGER NOT NULL,
                expires_at INTEGER NOT NULL
            );
            CREATE TABLE {rejections} (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                account TEXT NOT NULL,
                source TEXT NOT NULL,
                body TEXT NOT NULL,
                reason TEXT NOT NULL,
                created_at INTEGER NOT NULL
            );
            CREATE TABLE {counters} (
                account INTEGER NOT NULL,
                kind INTEGER NOT NULL,
                measure TEXT NOT NULL,
                count INTEGER NOT NULL,
                PRIMARY KEY (account, kind, measure)
            ) WITHOUT ROWID;
            """# + views)

    /// What people read: effects with what became of them, times as text. Lists by state are driven from the small
    /// table of that state.
    private static let views = #"""

        CREATE VIEW {ledger} AS
        SELECT e.id, e.account, e.kind, e.payload, e.key, e.priority,
            CASE WHEN o.effect IS NOT NULL THEN o.outcome
                WHEN p.effect IS NOT NULL THEN p.state
                WHEN s.effect IS NOT NULL THEN 'scheduled'
                WHEN r.effect IS NOT NULL THEN 'ready'
                ELSE 'running' END AS state,
            coalesce(o.run, p.run, s.run - 1, r.run - 1,
                (SELECT coalesce(max(run), 0) + 1 FROM {attempts} WHERE effect = e.id)) AS runs,
            strftime('%Y-%m-%dT%H:%M:%fZ', e.created_at / 1000.0, 'unixepoch') AS created_at,
            strftime('%Y-%m-%dT%H:%M:%fZ', coalesce(s.due_at, p.deadline) / 1000.0, 'unixepoch') AS due_at,
            strftime('%Y-%m-%dT%H:%M:%fZ', o.started_at / 1000.0, 'unixepoch') AS started_at,
            strftime('%Y-%m-%dT%H:%M:%fZ', o.completed_at / 1000.0, 'unixepoch') AS completed_at,
            o.output,
            CASE WHEN o.effect IS NOT NULL THEN o.error
                ELSE (SELECT error FROM {attempts} WHERE effect = e.id ORDER BY id DESC LIMIT 1) END AS error,
            e.event, e.rule, e.cause, e.replay_of, e.depth
        FROM {effects} e
        LEFT JOIN {outcomes} o ON o.effect = e.id
        LEFT JOIN {parked} p ON p.effect = e.id
        LEFT JOIN {scheduled} s ON s.effect = e.id
        LEFT JOIN {ready} r ON r.effect = e.id AND r.priority = e.priority
            AND r.kind = (SELECT id FROM {kinds} WHERE name = e.kind)
            AND r.account = (SELECT id FROM {accounts} WHERE name = e.account);

        CREATE VIEW {ledger_failed} AS
        SELECT l.* FROM {outcomes} o CROSS JOIN {ledger} l ON l.id = o.effect
        WHERE o.outcome <> 'completed' AND o.outcome = 'failed';
        CREATE VIEW {ledger_cancelled} AS
        SELECT l.* FROM {outcomes} o CROSS JOIN {ledger} l ON l.id = o.effect
        WHERE o.outcome <> 'completed' AND o.outcome = 'cancelled';
        CREATE VIEW {ledger_parked} AS
        SELECT l.* FROM {parked} p CROSS JOIN {ledger} l ON l.id = p.effect;
        CREATE VIEW {ledger_scheduled} AS
        SELECT l.* FROM {scheduled} s CROSS JOIN {ledger} l ON l.id = s.effect;
        CREATE VIEW {ledger_running} AS
        SELECT l.* FROM {leases} x CROSS JOIN json_each(x.open) j CROSS JOIN {ledger} l ON l.id = j.value;
        CREATE VIEW {ledger_unhandled} AS
        SELECT l.* FROM {kinds} k CROSS JOIN {ready} r ON r.kind = k.id CROSS JOIN {ledger} l ON l.id = r.effect
        WHERE k.seen_at IS NULL OR k.seen_at < (julianday('now') - 2440594.5) * 86400000;
        """#
}
