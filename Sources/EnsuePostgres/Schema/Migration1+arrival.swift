extension Migration {
    /// What happens in the transaction of whoever inserts an event or an effect, the engine or any other program.
    static let arrival = #"""
        -- The queues belong to the store: whoever may insert into events and effects needs no rights to them, and has
        -- none. So these functions run with the rights of the schema's owner.

        -- A row whose key is known is left out. The engine repeats an insert whose fate it does not know under the same
        -- id: that is not a second one.
        CREATE FUNCTION {remember_event_key}() RETURNS trigger LANGUAGE plpgsql
        SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        BEGIN
            INSERT INTO {event_keys} (account, key, event) VALUES (NEW.account, NEW.key, NEW.id) ON CONFLICT DO NOTHING;
            IF FOUND OR EXISTS (SELECT FROM {event_keys} k
                WHERE k.account = NEW.account AND k.key = NEW.key AND k.event = NEW.id)
            THEN RETURN NEW; END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER events_remember_key BEFORE INSERT ON {events}
        FOR EACH ROW WHEN (NEW.key IS NOT NULL) EXECUTE FUNCTION {remember_event_key}();

        CREATE FUNCTION {remember_effect_key}() RETURNS trigger LANGUAGE plpgsql
        SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        BEGIN
            INSERT INTO {effect_keys} (account, key, effect) VALUES (NEW.account, NEW.key, NEW.id)
            ON CONFLICT DO NOTHING;
            IF FOUND OR EXISTS (SELECT FROM {effect_keys} k
                WHERE k.account = NEW.account AND k.key = NEW.key AND k.effect = NEW.id)
            THEN RETURN NEW; END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER effects_remember_key BEFORE INSERT ON {effects}
        FOR EACH ROW WHEN (NEW.key IS NOT NULL) EXECUTE FUNCTION {remember_effect_key}();

        -- Notifies only those who sleep: NOTIFY makes commits wait for each other. A transaction that sees the past
        -- cannot know who does.
        CREATE FUNCTION {wake}(kinds integer[]) RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
            IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable')
                OR EXISTS (SELECT FROM {workers} w WHERE w.asleep AND (wake.kinds IS NULL OR w.kinds && wake.kinds))
            THEN
                PERFORM pg_notify({channel}, '');
            END IF;
        END $$;

        CREATE FUNCTION {events_arrived}() RETURNS trigger LANGUAGE plpgsql
        SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        BEGIN
            INSERT INTO {unrouted} (event) SELECT id FROM arrived;
            IF FOUND THEN PERFORM {wake}(NULL); END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER events_arrived AFTER INSERT ON {events} REFERENCING NEW TABLE AS arrived
        FOR EACH STATEMENT EXECUTE FUNCTION {events_arrived}();

        CREATE FUNCTION {effects_arrived}() RETURNS trigger LANGUAGE plpgsql
        SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        BEGIN
            INSERT INTO {kinds} (name)
            SELECT DISTINCT a.kind FROM arrived a WHERE NOT EXISTS (SELECT FROM {kinds} k WHERE k.name = a.kind)
            ORDER BY 1 ON CONFLICT DO NOTHING;
            INSERT INTO {accounts} (name)
            SELECT DISTINCT a.account FROM arrived a WHERE NOT EXISTS (SELECT FROM {accounts} c WHERE c.name = a.account)
            ORDER BY 1 ON CONFLICT DO NOTHING;
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
        CREATE TRIGGER effects_arrived AFTER INSERT ON {effects} REFERENCING NEW TABLE AS arrived
        FOR EACH STATEMENT EXECUTE FUNCTION {effects_arrived}();

        -- Whoever could put them on a table of his own could write into the queues. To fire them needs no right.
        REVOKE ALL ON FUNCTION {remember_event_key}(), {remember_effect_key}(), {events_arrived}(), {effects_arrived}()
        FROM PUBLIC;

        -- What has happened is never changed; only retention deletes, and says so for its transaction.
        CREATE FUNCTION {refuse_change}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' AND current_setting('ensue.retiring', true) = 'on' THEN RETURN NULL; END IF;
            RAISE EXCEPTION '% are never changed; %', TG_TABLE_NAME,
                CASE TG_TABLE_NAME WHEN 'events' THEN 'record another one' ELSE 'request another one' END
                USING HINT = 'Retention deletes what is old: see ensue serve --retention.';
        END $$;
        CREATE TRIGGER events_are_facts BEFORE UPDATE OR DELETE OR TRUNCATE ON {events}
        FOR EACH STATEMENT EXECUTE FUNCTION {refuse_change}();
        CREATE TRIGGER effects_are_facts BEFORE UPDATE OR DELETE OR TRUNCATE ON {effects}
        FOR EACH STATEMENT EXECUTE FUNCTION {refuse_change}();

        -- For programs in any language, inside any transaction of theirs.
        CREATE FUNCTION {request}(
            kind text, payload json DEFAULT '{}', account text DEFAULT 'default', key text DEFAULT NULL,
            priority integer DEFAULT 2, due_at timestamptz DEFAULT NULL, approval text DEFAULT NULL
        ) RETURNS bigint LANGUAGE plpgsql AS $$
        DECLARE result bigint;
        BEGIN
            INSERT INTO {effects} (kind, payload, account, key, priority, due_at, approval)
            VALUES (request.kind, request.payload, request.account, request.key, request.priority, request.due_at,
                request.approval)
            RETURNING id INTO result;
            IF result IS NULL THEN
                SELECT k.effect INTO result FROM {effect_keys} k
                WHERE k.account = request.account AND k.key = request.key;
            END IF;
            RETURN result;
        END $$;
        COMMENT ON FUNCTION {request} IS
            'Requests an effect and returns its id; with a key that the account has already, the id of the first one.';
        CREATE FUNCTION {record}(
            type text, data json DEFAULT '{}', account text DEFAULT 'default', key text DEFAULT NULL,
            source text DEFAULT NULL, tags text[] DEFAULT '{}', "time" timestamptz DEFAULT NULL
        ) RETURNS bigint LANGUAGE plpgsql AS $$
        DECLARE result bigint;
        BEGIN
            INSERT INTO {events} (type, data, account, key, source, tags, time)
            VALUES (record.type, record.data, record.account, record.key, record.source, record.tags, record."time")
            RETURNING id INTO result;
            IF result IS NULL THEN
                SELECT k.event INTO result FROM {event_keys} k
                WHERE k.account = record.account AND k.key = record.key;
            END IF;
            RETURN result;
        END $$;
        COMMENT ON FUNCTION {record} IS
            'Records an event and returns its id; with a key that the account has already, the id of the first one.';

        """#
}
