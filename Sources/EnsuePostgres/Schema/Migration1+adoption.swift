extension Migration {
    /// Tables of other programs that Ensue watches, or whose rows it handles. Their triggers and the functions of
    /// these are made when a table is added.
    static let adoption = #"""
        -- Whose changes are recorded as events.
        CREATE TABLE {watches} (
            id integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
            name text NOT NULL CONSTRAINT watch_name_is_unique UNIQUE,
            relation regclass NOT NULL,
            table_name text NOT NULL,
            account text NOT NULL,
            operations text[] NOT NULL,
            columns text[],
            condition text,
            by_row boolean NOT NULL,
            created_at timestamptz NOT NULL DEFAULT {clock}()
        );

        -- Whose rows are effects, each handled once.
        CREATE TABLE {adoptions} (
            id integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
            relation regclass NOT NULL CONSTRAINT adoption_relation_is_unique UNIQUE,
            table_name text NOT NULL CONSTRAINT adoption_table_name_is_unique UNIQUE,
            account text NOT NULL,
            id_column text NOT NULL,
            kind_column text NOT NULL,
            payload_column text NOT NULL,
            completed_column text NOT NULL,
            completion_column text NOT NULL,
            error_column text,
            -- Up to which row those have been looked at that were there before; NULL before the first and at the end.
            looked_up_to text,
            backfilled_at timestamptz,
            -- Rows that somebody else had completed when their effects were.
            left_alone bigint NOT NULL DEFAULT 0,
            created_at timestamptz NOT NULL DEFAULT {clock}()
        );
        -- The row of each effect that may still have something to write back.
        CREATE TABLE {adopted} (
            effect bigint PRIMARY KEY,
            adoption integer NOT NULL,
            row_id text NOT NULL,
            -- When to try again to write back what could not be: the row was locked, or the table refused.
            owed_at timestamptz
        );
        CREATE INDEX adopted_owed ON {adopted} (owed_at) WHERE owed_at IS NOT NULL;

        """#
}
