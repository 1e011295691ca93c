extension Migration {
    /// The ledger and its queues.
    static let tables = #"""
        CREATE TABLE {store} (
            single boolean PRIMARY KEY DEFAULT true CONSTRAINT store_is_one_row CHECK (single),
            id text NOT NULL,
            secret bytea NOT NULL,
            rules_version bigint NOT NULL DEFAULT 0
        );

        -- The time that everything is compared with: the database's alone.
        CREATE FUNCTION {clock}() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS 'SELECT now()';

        -- Names as small numbers, for the queues.
        -- What an effect may be called is checked here, once per name and not once per effect.
        CREATE TABLE {accounts} (
            id integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
            name text COLLATE "C" NOT NULL UNIQUE CONSTRAINT account_is_a_name
                CHECK (name ~ '^[A-Za-z0-9_.:/-]{1,200}$')
        );
        INSERT INTO {accounts} (name) VALUES ('default');
        CREATE TABLE {kinds} (
            id integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
            name text COLLATE "C" NOT NULL UNIQUE CONSTRAINT effect_kind_is_a_name
                CHECK (name ~ '^[A-Za-z0-9_.:/-]{1,200}$'),
            policy json,
            needs_approval boolean NOT NULL DEFAULT false,
            seen_at timestamptz
        );

        CREATE TABLE {rules} (
            name text PRIMARY KEY,
            origin text NOT NULL CONSTRAINT rule_origin_is_known CHECK (origin IN ('code')),
            pattern json NOT NULL,
            kind text NOT NULL,
            position integer NOT NULL,
            follows_completed boolean NOT NULL,
            follows_failed boolean NOT NULL,
            follows_cancelled boolean NOT NULL,
            seen_at timestamptz NOT NULL
        );

        -- Facts. Anyone may insert.
        CREATE SEQUENCE {event_id} MAXVALUE 4611686018427387903;
        CREATE TABLE {events} (
            id bigint NOT NULL DEFAULT nextval('{event_id}')
                CONSTRAINT event_id_is_in_range CHECK (id BETWEEN 1 AND 4611686018427387903),
            account text COLLATE "C" NOT NULL DEFAULT 'default' CONSTRAINT event_account_is_a_name
                CHECK (account ~ '^[A-Za-z0-9_.:/-]{1,200}$'),
            type text COLLATE "C" NOT NULL CONSTRAINT event_type_is_a_name
                CHECK (type ~ '^[A-Za-z0-9_.:/-]{1,200}$'),
            source text COLLATE "C" CONSTRAINT event_source_is_type_and_key
                CHECK (source ~ '^/[^/]+/.' AND octet_length(source) <= 502),
            key text COLLATE "C" CONSTRAINT event_key_has_1_to_500_bytes CHECK (octet_length(key) BETWEEN 1 AND 500),
            tags text[] NOT NULL DEFAULT '{}' CONSTRAINT event_tags_are_a_list
                CHECK (array_position(tags, NULL) IS NULL AND coalesce(array_ndims(tags), 1) = 1),
            data json NOT NULL DEFAULT '{}',
            time timestamptz CONSTRAINT event_time_is_finite CHECK (isfinite(time)),
            recorded_at timestamptz NOT NULL DEFAULT {clock}(),
            cause bigint,
            depth integer NOT NULL DEFAULT 0,
            CONSTRAINT events_pkey PRIMARY KEY (id),
            CONSTRAINT event_type_is_not_reserved CHECK (type NOT LIKE 'ensue.%' OR cause IS NOT NULL)
        ) PARTITION BY RANGE (id);
        CREATE TABLE {event_keys} (
            account text COLLATE "C" NOT NULL, key text COLLATE "C" NOT NULL, event bigint NOT NULL,
            CONSTRAINT event_keys_pkey PRIMARY KEY (account, key)
        );
        CREATE TABLE {unrouted} (event bigint PRIMARY KEY);

        -- Instructions. Anyone may insert.
        CREATE SEQUENCE {effect_id} MAXVALUE 4611686018427387903;
        CREATE TABLE {effects} (
            id bigint NOT NULL DEFAULT nextval('{effect_id}')
                CONSTRAINT effect_id_is_in_range CHECK (id BETWEEN 1 AND 4611686018427387903),
            account text COLLATE "C" NOT NULL DEFAULT 'default',
            kind text COLLATE "C" NOT NULL,
            payload json NOT NULL DEFAULT '{}',
            key text COLLATE "C" CONSTRAINT effect_key_has_1_to_500_bytes CHECK (octet_length(key) BETWEEN 1 AND 500),
            priority smallint NOT NULL DEFAULT 2 CONSTRAINT effect_priority_is_0_to_3
                CHECK (priority BETWEEN 0 AND 3),
            due_at timestamptz CONSTRAINT effect_due_at_is_finite CHECK (isfinite(due_at)),
            approval text CONSTRAINT effect_approval_is_required_or_null CHECK (approval = 'required'),
            created_at timestamptz NOT NULL DEFAULT {clock}(),
            event bigint,
            rule text,
            cause bigint,
            replay_of bigint,
            depth integer NOT NULL DEFAULT 0,
            CONSTRAINT effects_pkey PRIMARY KEY (id)
        ) PARTITION BY RANGE (id);
        CREATE INDEX effects_by_event ON {effects} (event) WHERE event IS NOT NULL;
        CREATE TABLE {effect_keys} (
            account text COLLATE "C" NOT NULL, key text COLLATE "C" NOT NULL, effect bigint NOT NULL,
            CONSTRAINT effect_keys_pkey PRIMARY KEY (account, key)
        );

        -- The places of effects that have not ended.
        CREATE TABLE {ready} (
            kind integer NOT NULL,
            account integer NOT NULL,
            priority smallint NOT NULL,
            effect bigint NOT NULL,
            run integer NOT NULL DEFAULT 1,
            alone boolean NOT NULL DEFAULT false,
            CONSTRAINT ready_pkey PRIMARY KEY (kind, account, priority, effect)
        );
        CREATE TABLE {scheduled} (
            effect bigint PRIMARY KEY, due_at timestamptz NOT NULL, run integer NOT NULL DEFAULT 1
        );
        CREATE INDEX scheduled_by_time ON {scheduled} (due_at, effect);
        CREATE TABLE {parked} (
            effect bigint PRIMARY KEY,
            state text NOT NULL CONSTRAINT parked_state_is_known CHECK (state IN ('held', 'deferred', 'uncertain')),
            run integer NOT NULL DEFAULT 0,
            lease bigint,
            deadline timestamptz,
            started_at timestamptz,
            CONSTRAINT deferred_has_a_deadline CHECK ((state = 'deferred') = (deadline IS NOT NULL))
        );
        CREATE INDEX parked_by_deadline ON {parked} (deadline, effect) WHERE deadline IS NOT NULL;
        CREATE TABLE {leases} (
            id bigint PRIMARY KEY,
            worker bigint NOT NULL,
            open bigint[] NOT NULL CONSTRAINT lease_has_open_effects CHECK (cardinality(open) > 0),
            cancel bigint[] NOT NULL DEFAULT '{}',
            alone boolean NOT NULL DEFAULT false,
            claimed_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL
        ) WITH (fillfactor = 70);
        -- Numbers do not compress; trying to would cost more than all the rest of a lease.
        ALTER TABLE {leases} ALTER COLUMN open SET STORAGE EXTERNAL;

        CREATE TABLE {outcomes} (
            effect bigint NOT NULL,
            lease bigint,
            started_at timestamptz,
            completed_at timestamptz NOT NULL,
            run integer NOT NULL,
            account integer NOT NULL,
            kind integer NOT NULL,
            outcome text NOT NULL CONSTRAINT outcome_is_known CHECK (outcome IN ('completed', 'failed', 'cancelled')),
            output json,
            error text,
            CONSTRAINT outcomes_pkey PRIMARY KEY (effect),
            CONSTRAINT failure_has_an_error CHECK (outcome <> 'failed' OR error IS NOT NULL)
        ) PARTITION BY RANGE (effect);
        CREATE INDEX outcomes_not_completed ON {outcomes} (outcome, effect) WHERE outcome <> 'completed';
        CREATE SEQUENCE {attempt_id};
        CREATE TABLE {attempts} (
            id bigint NOT NULL DEFAULT nextval('{attempt_id}'),
            effect bigint NOT NULL,
            run integer NOT NULL,
            result text NOT NULL CONSTRAINT attempt_result_is_known
                CHECK (result IN ('failed', 'snoozed', 'expired', 'lost', 'interrupted', 'retried')),
            alone boolean NOT NULL DEFAULT false,
            lease bigint,
            error text,
            started_at timestamptz,
            ended_at timestamptz NOT NULL,
            CONSTRAINT attempts_pkey PRIMARY KEY (effect, id)
        ) PARTITION BY RANGE (effect);
        -- Endings that somebody follows.
        -- Those that no rule was told of are only written back to the rows that their effects come from.
        CREATE TABLE {ended} (effect bigint PRIMARY KEY, told boolean NOT NULL);
        CREATE TABLE {progress} (
            effect bigint PRIMARY KEY, fraction double precision, note text, at timestamptz NOT NULL
        );

        -- The ranges of ids that have partitions, by the family of tables that they belong to.
        CREATE TABLE {ranges} (
            family text NOT NULL CONSTRAINT range_family_is_known CHECK (family IN ('events', 'effects')),
            first bigint NOT NULL,
            until bigint NOT NULL,
            created_at timestamptz NOT NULL DEFAULT {clock}(),
            -- Since when every id of the range has been given out; nothing in it is younger than its last row.
            full_at timestamptz,
            -- All that is in it has ended and is being dropped.
            dropping boolean NOT NULL DEFAULT false,
            CONSTRAINT ranges_pkey PRIMARY KEY (family, first)
        );

        CREATE TABLE {workers} (
            id bigint PRIMARY KEY,
            name text NOT NULL,
            kinds integer[] NOT NULL,
            joined_at timestamptz NOT NULL,
            beat_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            -- Wants to be notified of what arrives; otherwise it looks by itself.
            asleep boolean NOT NULL DEFAULT false
        ) WITH (fillfactor = 50);
        CREATE TABLE {rejections} (
            id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
            account text NOT NULL,
            source text NOT NULL,
            body text NOT NULL,
            reason text NOT NULL,
            created_at timestamptz NOT NULL DEFAULT {clock}()
        );
        CREATE INDEX rejections_by_time ON {rejections} (created_at);
        -- What has been counted: sums, and what is to be added to them. No row is shared by those who count.
        CREATE TABLE {counters} (
            account integer NOT NULL,
            kind integer NOT NULL,
            measure text NOT NULL,
            count bigint NOT NULL,
            CONSTRAINT counters_pkey PRIMARY KEY (account, kind, measure)
        );
        CREATE TABLE {counts} (
            account integer NOT NULL,
            kind integer NOT NULL,
            measure text NOT NULL,
            count bigint NOT NULL,
            counted_at timestamptz NOT NULL DEFAULT {clock}()
        );

        -- Chores that one process does at a time hold their row meanwhile.
        CREATE TABLE {chores} (name text PRIMARY KEY, done_at timestamptz);
        INSERT INTO {chores} (name) VALUES ('partitions'), ('counters'), ('retention');

        -- Queues are small and churn: a vacuum costs little and must come early.
        ALTER TABLE {ready} SET (autovacuum_vacuum_scale_factor = 0.1, autovacuum_vacuum_threshold = 20000,
            autovacuum_analyze_scale_factor = 0.5, autovacuum_vacuum_cost_delay = 0);
        ALTER TABLE {leases} SET (autovacuum_vacuum_scale_factor = 0.1, autovacuum_vacuum_threshold = 1000,
            autovacuum_vacuum_cost_delay = 0);
        ALTER TABLE {unrouted} SET (autovacuum_vacuum_scale_factor = 0.1, autovacuum_vacuum_threshold = 20000,
            autovacuum_vacuum_cost_delay = 0);
        ALTER TABLE {counts} SET (autovacuum_vacuum_scale_factor = 0.1, autovacuum_vacuum_threshold = 5000,
            autovacuum_vacuum_cost_delay = 0);

        """#
}
