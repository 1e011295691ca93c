extension Migration {
    /// What lists are driven from: which blocks of ids hold something of a kind or type, and indexes for what only few
    /// rows have. Programs of before go on beside it: their inserts, too, are noted by the triggers.
    ///
    /// Building it reads the large tables through and keeps writers waiting meanwhile, not readers, those of rejections
    /// excepted: about two seconds for a million rows. The locks come first, so that nothing arrives unseen between, and
    /// nothing is built in vain. The index `outcomes_not_completed` stays: the views of what failed and was cancelled are
    /// read by it in the order of ids, and to drop it would keep readers waiting, too.
    static let second = Migration(number: 2, servesFrom: 1, sql: lookups + blocks + keptRejections + grants)

    private static let lookups = #"""
        LOCK TABLE {events}, {effects}, {outcomes}, {parked} IN SHARE MODE;
        LOCK TABLE {rejections} IN ACCESS EXCLUSIVE MODE;
        CREATE INDEX effects_by_cause ON {effects} (cause, id) WHERE cause IS NOT NULL;
        CREATE INDEX effects_by_original ON {effects} (replay_of, id) WHERE replay_of IS NOT NULL;
        CREATE INDEX events_by_cause ON {events} (cause, id) WHERE cause IS NOT NULL;
        CREATE INDEX events_by_source ON {events} (account, source, id) WHERE source IS NOT NULL;
        CREATE INDEX outcomes_by_kind ON {outcomes} (outcome, account, kind, effect) WHERE outcome <> 'completed';
        CREATE INDEX parked_by_state ON {parked} (state, effect);

        """#

    private static let blocks = #"""
        -- In which blocks of \#(IDBlock.size) ids there is something of an account and a kind or type. An index of all
        -- rows would cost every insert; this costs one row a block. A few are there twice: nobody waits to find out
        -- whether somebody else is just adding the same.
        -- A row says when its transaction began; a note says when it was made, which follows the ids. Of what was there
        -- before, it is the latest time in this block or a lower one.
        CREATE TABLE {event_blocks} (
            account text COLLATE "C" NOT NULL, type text COLLATE "C" NOT NULL, block bigint NOT NULL,
            noted_at timestamptz NOT NULL DEFAULT {clock}() + (clock_timestamp() - now())
        );
        CREATE TABLE {effect_blocks} (
            account text COLLATE "C" NOT NULL, kind text COLLATE "C" NOT NULL, block bigint NOT NULL,
            noted_at timestamptz NOT NULL DEFAULT {clock}() + (clock_timestamp() - now())
        );
        INSERT INTO {event_blocks} (account, type, block, noted_at)
        SELECT account, type, block, max(max(time)) OVER (ORDER BY block)
        FROM (SELECT account, type, id >> \#(IDBlock.bits) AS block, recorded_at AS time FROM {events}) AS x
        GROUP BY account, type, block ORDER BY block;
        INSERT INTO {effect_blocks} (account, kind, block, noted_at)
        SELECT account, kind, block, max(max(time)) OVER (ORDER BY block)
        FROM (SELECT account, kind, id >> \#(IDBlock.bits) AS block, created_at AS time FROM {effects}) AS x
        GROUP BY account, kind, block ORDER BY block;
        CREATE INDEX event_blocks_by_account ON {event_blocks} (account, block);
        CREATE INDEX event_blocks_by_type ON {event_blocks} (account, type, block);
        CREATE INDEX effect_blocks_by_account ON {effect_blocks} (account, block);
        CREATE INDEX effect_blocks_by_kind ON {effect_blocks} (account, kind, block);
        CREATE INDEX event_blocks_by_time ON {event_blocks} (noted_at, block);
        CREATE INDEX effect_blocks_by_time ON {effect_blocks} (noted_at, block);

        -- Whether a block is noted is looked up for each by itself: a plan that is kept must not read all notes through.
        CREATE OR REPLACE FUNCTION {events_arrived}() RETURNS trigger LANGUAGE plpgsql
        SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        BEGIN
            INSERT INTO {unrouted} (event) SELECT id FROM arrived;
            IF FOUND THEN PERFORM {wake}(NULL); END IF;
            INSERT INTO {event_blocks} (account, type, block)
            SELECT a.account, a.type, a.block
            FROM (SELECT DISTINCT account, type, id >> \#(IDBlock.bits) AS block FROM arrived) AS a
            LEFT JOIN LATERAL (SELECT true AS is_noted FROM {event_blocks} b
                WHERE b.account = a.account AND b.type = a.type AND b.block = a.block LIMIT 1) AS n ON true
            WHERE n.is_noted IS NULL;
            RETURN NULL;
        END $$;

        CREATE OR REPLACE FUNCTION {effects_arrived}() RETURNS trigger LANGUAGE plpgsql
        SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        BEGIN
            INSERT INTO {effect_blocks} (account, kind, block)
            SELECT a.account, a.kind, a.block
            FROM (SELECT DISTINCT account, kind, id >> \#(IDBlock.bits) AS block FROM arrived) AS a
            LEFT JOIN LATERAL (SELECT true AS is_noted FROM {effect_blocks} b
                WHERE b.account = a.account AND b.kind = a.kind AND b.block = a.block LIMIT 1) AS n ON true
            WHERE n.is_noted IS NULL;
            -- What has been noted before has its numbers: kinds and accounts are never deleted.
            IF FOUND THEN
                INSERT INTO {kinds} (name)
                SELECT DISTINCT a.kind FROM arrived a WHERE NOT EXISTS (SELECT FROM {kinds} k WHERE k.name = a.kind)
                ORDER BY 1 ON CONFLICT DO NOTHING;
                INSERT INTO {accounts} (name)
                SELECT DISTINCT a.account FROM arrived a WHERE NOT EXISTS (SELECT FROM {accounts} c WHERE c.name = a.account)
                ORDER BY 1 ON CONFLICT DO NOTHING;
            END IF;
            INSERT INTO {ready} (kind, account, priority, effect)
            SELECT k.id, c.id, a.priority, a.id
            FROM arrived a JOIN {kinds} k ON k.name = a.kind JOIN {accounts} c ON c.name = a.account
            WHERE (a.due_at IS NULL OR a.due_at <= {clock}()) AND a.approval IS NULL AND NOT k.needs_approval;
            IF EXISTS (SELECT FROM arrived a WHERE a.due_at IS NOT NULL OR a.approval IS NOT NULL)
                OR EXISTS (SELECT FROM {kinds} k WHERE k.needs_approval)
            THEN
                INSERT INTO {parked} (effect, state)
                SELECT a.id, 'held' FROM arrived a JOIN {kinds} k ON k.name = a.kind
                WHERE a.approval IS NOT NULL OR k.needs_approval;
                INSERT INTO {scheduled} (effect, due_at)
                SELECT a.id, a.due_at FROM arrived a JOIN {kinds} k ON k.name = a.kind
                WHERE a.due_at > {clock}() AND a.approval IS NULL AND NOT k.needs_approval;
            END IF;
            IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable')
                OR EXISTS (SELECT FROM {workers} WHERE asleep)
            THEN
                PERFORM {wake}(ARRAY(SELECT k.id FROM {kinds} k WHERE k.name IN (SELECT a.kind FROM arrived a)));
            END IF;
            RETURN NULL;
        END $$;
        REVOKE ALL ON FUNCTION {events_arrived}(), {effects_arrived}() FROM PUBLIC;

        """#

    private static let keptRejections = #"""
        ALTER TABLE {rejections} ADD COLUMN resolved_at timestamptz, ADD COLUMN resolution text,
            ADD CONSTRAINT resolution_has_a_time CHECK ((resolution IS NULL) = (resolved_at IS NULL));
        CREATE INDEX rejections_by_account ON {rejections} (account, id);
        CREATE INDEX rejections_unresolved ON {rejections} (account, id) WHERE resolved_at IS NULL;

        """#

    /// Who may work with the queues may work with these.
    private static let grants = #"""
        DO $$
        DECLARE g record;
        BEGIN
            FOR g IN SELECT CASE WHEN x.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x.grantee)) END AS name,
                    x.privilege_type AS privilege
                FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) AS x
                WHERE c.oid = '{outcomes}'::regclass AND x.grantee <> c.relowner
                    AND x.privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
            LOOP
                EXECUTE format('GRANT %s ON %s, %s TO %s', g.privilege, '{event_blocks}', '{effect_blocks}', g.name);
            END LOOP;
        END $$;

        """#
}
