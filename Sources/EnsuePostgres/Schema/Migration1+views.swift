extension Migration {
    /// What people read: effects with what became of them. Lists by state are driven from the small table of that
    /// state.
    static let views = #"""
        CREATE VIEW {ledger} AS
        SELECT e.id, e.account, e.kind, e.payload, e.key, e.priority,
            CASE WHEN o.effect IS NOT NULL THEN o.outcome
                WHEN p.effect IS NOT NULL THEN p.state
                WHEN s.effect IS NOT NULL THEN 'scheduled'
                WHEN r.effect IS NOT NULL THEN 'ready'
                ELSE 'running' END AS state,
            coalesce(o.run, p.run, s.run - 1, r.run - 1,
                (SELECT coalesce(max(a.run), 0) + 1 FROM {attempts} a WHERE a.effect = e.id)) AS runs,
            e.created_at, coalesce(s.due_at, p.deadline) AS due_at, o.started_at, o.completed_at, o.output,
            CASE WHEN o.effect IS NOT NULL THEN o.error
                ELSE (SELECT a.error FROM {attempts} a WHERE a.effect = e.id ORDER BY a.id DESC LIMIT 1) END AS error,
            e.event, e.rule, e.cause, e.replay_of, e.depth
        FROM {effects} e
        JOIN {kinds} k ON k.name = e.kind
        JOIN {accounts} c ON c.name = e.account
        LEFT JOIN {outcomes} o ON o.effect = e.id
        LEFT JOIN {parked} p ON p.effect = e.id
        LEFT JOIN {scheduled} s ON s.effect = e.id
        LEFT JOIN {ready} r
            ON r.kind = k.id AND r.account = c.id AND r.priority = e.priority AND r.effect = e.id;

        CREATE VIEW {ledger_failed} AS
        SELECT l.* FROM {outcomes} o JOIN {ledger} l ON l.id = o.effect
        WHERE o.outcome <> 'completed' AND o.outcome = 'failed';
        CREATE VIEW {ledger_cancelled} AS
        SELECT l.* FROM {outcomes} o JOIN {ledger} l ON l.id = o.effect
        WHERE o.outcome <> 'completed' AND o.outcome = 'cancelled';
        CREATE VIEW {ledger_parked} AS SELECT l.* FROM {parked} p JOIN {ledger} l ON l.id = p.effect;
        CREATE VIEW {ledger_scheduled} AS SELECT l.* FROM {scheduled} s JOIN {ledger} l ON l.id = s.effect;
        CREATE VIEW {ledger_running} AS
        SELECT l.* FROM {leases} x CROSS JOIN unnest(x.open) AS o (effect) JOIN {ledger} l ON l.id = o.effect;
        CREATE VIEW {ledger_unhandled} AS
        SELECT l.* FROM {kinds} k JOIN {ready} r ON r.kind = k.id JOIN {ledger} l ON l.id = r.effect
        WHERE k.seen_at IS NULL OR k.seen_at < {clock}() - interval '7 days';
        """#
}
