internal import Ensue

/// The SQL that makes effects of rows: of those that are inserted, in the trigger, and of those that were there.
struct AdoptingRows {
    let id: Int64
    let adoption: Adoption
    let names: Names

    var function: String { names.render("{adopt_\(id)}") }

    func trigger(on table: ApplicationTable, named name: String) -> String {
        let manner =
            table.needsRowTriggers ? "FOR EACH ROW" : "REFERENCING NEW TABLE AS added FOR EACH STATEMENT"
        return """
            CREATE TRIGGER \(name) AFTER INSERT ON \(table.quotedName) \(manner) EXECUTE FUNCTION \(function)()
            """
    }

    func body(on table: ApplicationTable) -> String {
        """
        BEGIN
        WITH \(wanted(from: table.needsRowTriggers ? "(SELECT NEW.*)" : "added")), \(requested), \(linked)
        \(rejecting(unless: "EXISTS (SELECT FROM requested q WHERE q.key = w.key)"));
        RETURN NULL;
        END
        """
    }

    // MARK: Parts

    /// `wanted`: the rows of `source` that are not completed, with what is wrong with each.
    func wanted(from source: String) -> String {
        let columns = adoption.columns
        func column(_ name: String) -> String { "ensue_row.\(Names.quoted(name))" }
        return """
            wanted AS MATERIALIZED (
                SELECT id, kind, payload, \(literal(adoption.keyPrefix)) || id AS key,
                    CASE WHEN id IS NULL THEN 'its id is NULL'
                        WHEN kind IS NULL THEN 'its kind is NULL'
                        WHEN kind !~ '^[A-Za-z0-9_.:/-]{1,200}$' THEN
                            format('its kind %L is not a legal name, which has 1 to 200 of A-Z a-z 0-9 _ . : / -',
                                left(kind, 60))
                        WHEN starts_with(kind, 'listener.') THEN format('the kind %L belongs to a listener', kind)
                        WHEN octet_length(\(literal(adoption.keyPrefix)) || id) > 500 THEN 'its id is too long'
                        END AS fault
                FROM (SELECT CASE WHEN \(column(columns.id)) IS NOT NULL
                            THEN format('%s', \(column(columns.id))) COLLATE "C" END AS id,
                        CASE WHEN \(column(columns.kind)) IS NOT NULL
                            THEN format('%s', \(column(columns.kind))) COLLATE "C" END AS kind,
                        coalesce(\(column(columns.payload))::json, '{}') AS payload
                    FROM \(source) AS ensue_row WHERE \(column(columns.completed)) IS NULL) AS given)
            """
    }

    /// `requested`: the effects of those that had none.
    var requested: String {
        """
        requested AS (
            INSERT INTO \(names.resolve("{effects}")) (account, kind, payload, key)
            SELECT \(account), kind, payload, key FROM wanted WHERE fault IS NULL RETURNING id, key)
        """
    }

    var linked: String {
        """
        linked AS (
            INSERT INTO \(names.resolve("{adopted}")) (effect, adoption, row_id)
            SELECT id, \(id), substr(key, char_length(\(literal(adoption.keyPrefix))) + 1) FROM requested)
        """
    }

    /// Keeps rows that cannot be effects as rejections.
    func rejecting(unless isTaken: String) -> String {
        """
        INSERT INTO \(names.resolve("{rejections}")) (account, source, body, reason)
        SELECT \(account), \(source), json_build_object('id', w.id, 'kind', w.kind, 'payload', w.payload)::text,
            \(reason)
        FROM wanted w WHERE (w.fault IS NOT NULL OR NOT \(isTaken))
        """
    }

    /// Follows ``rejecting(unless:)``: what has been kept already is not kept again. A reason names its row.
    var once: String {
        """
        AND NOT EXISTS (SELECT FROM \(names.resolve("{rejections}")) x
            WHERE x.source = \(source) AND x.reason = \(reason))
        """
    }

    private var reason: String {
        """
        format('row %s of %s cannot be handled: %s', coalesce(w.id, 'NULL'), \(literal(adoption.table)),
            coalesce(w.fault, format('one with its id was handled before, as effect %s', (SELECT k.effect FROM
            \(names.resolve("{effect_keys}")) k WHERE k.account = \(account) AND k.key = w.key))))
        """
    }

    var account: String { literal(adoption.account.rawValue) }
    private var source: String { literal("/table/\(adoption.table)") }

    private func literal(_ text: String) -> String { Names.literal(text) }
}
