extension Migration {
    /// Tables that grow are divided by ranges of ids, so that what is old can be dropped whole.
    static let ranges = #"""
        -- Gives a range of ids its partitions. Attaching one hinders neither readers nor writers.
        CREATE FUNCTION {add_range}(family text, first bigint, until bigint) RETURNS void LANGUAGE plpgsql AS $$
        DECLARE
            parent text;
            id_column text;
            partition text;
        BEGIN
            FOREACH parent IN ARRAY CASE add_range.family
                WHEN 'events' THEN ARRAY['events'] ELSE ARRAY['effects', 'outcomes', 'attempts'] END
            LOOP
                id_column := CASE WHEN parent IN ('events', 'effects') THEN 'id' ELSE 'effect' END;
                partition := format('%s_%s', parent, add_range.first / (add_range.until - add_range.first));
                EXECUTE format('CREATE TABLE %1$s.%2$I (LIKE %1$s.%3$I INCLUDING DEFAULTS INCLUDING CONSTRAINTS '
                    'INCLUDING INDEXES INCLUDING STORAGE)', '{schema}', partition, parent);
                EXECUTE format('ALTER TABLE %1$s.%2$I ATTACH PARTITION %1$s.%3$I FOR VALUES FROM (%4$s) TO (%5$s)',
                    '{schema}', parent, partition, add_range.first, add_range.until);
            END LOOP;
            INSERT INTO {ranges} (family, first, until) VALUES (add_range.family, add_range.first, add_range.until);
        END $$;
        SELECT {add_range}(family, number * \#(IDRange.size), (number + 1) * \#(IDRange.size))
        FROM unnest(ARRAY['events', 'effects']) AS f (family), generate_series(0::bigint, 0) AS n (number);

        """#
}
