internal import Ensue

/// The settling of runs of one lease that do nothing but end their effects, as one statement: the lease loses what is
/// settled if, and only if, it had all of it and none is to be cancelled; then, and only then, the outcomes are there.
enum SettleTogether {
    static func statement(
        _ lease: LeaseID, _ runs: [SettledRun], _ write: Write
    ) throws -> (sql: String, parameters: [PostgresValue]) {
        let runs = runs.sorted { $0.effect < $1.effect }
        let common: [PostgresValue] = [
            .integer(lease.rawValue), .integers(runs.map(\.effect.rawValue)), .times(runs.map(\.startedAt)),
        ]
        guard let first = runs.first, runs.allSatisfy({ $0.endsLike(first) }) else {
            return (different, common + (try columns(runs, write)))
        }
        return (
            alike,
            common + [
                .text(first.outcome), .integer(Int64(first.run)), .integer(try write.accountID(first.account)),
                .integer(try write.kindID(first.kind)),
            ]
        )
    }

    /// Effects that end alike and leave nothing but that, as most do: what they have in common is sent once.
    static let alike = """
        \(fence(ends: "array_fill($4::text, ARRAY[cardinality($2)])"))
        ), counted AS (
            INSERT INTO {counts} (account, kind, measure, count)
            SELECT $6, $7, $4, cardinality($2) WHERE EXISTS (SELECT FROM fence)
        )
        INSERT INTO {outcomes} (effect, started_at, outcome, run, account, kind, lease, completed_at)
        SELECT s.*, $4, $5, $6, $7, $1, {clock}()
        FROM (SELECT unnest($2::bigint[]), unnest($3::timestamptz[])) AS s WHERE EXISTS (SELECT FROM fence)
        """

    static let different = """
        \(fence(ends: "$4"))
        ), counted AS (
            INSERT INTO {counts} (account, kind, measure, count)
            SELECT * FROM unnest($10::bigint[], $11::bigint[], $12::text[], $13::bigint[])
            WHERE EXISTS (SELECT FROM fence)
        )
        INSERT INTO {outcomes} (effect, started_at, outcome, run, account, kind, output, error, lease, completed_at)
        SELECT s.*, $1, {clock}()
        FROM (SELECT unnest($2::bigint[]), unnest($3::timestamptz[]), unnest($4::text[]), unnest($5::bigint[]),
            unnest($6::bigint[]), unnest($7::bigint[]), unnest($8::json[]), unnest($9::text[])) AS s
        WHERE EXISTS (SELECT FROM fence)
        """

    /// `$1` is the lease, `$2` are the effects in ascending order.
    private static func fence(ends: String) -> String {
        """
        WITH whole AS (
            DELETE FROM {leases} WHERE id = $1 AND open = $2 AND cancel = '{}' RETURNING id
        ), part AS (
            UPDATE {leases} SET open = ARRAY(SELECT unnest(open) EXCEPT SELECT unnest($2::bigint[]) ORDER BY 1)
            WHERE id = $1 AND cancel = '{}' AND open <> $2
                AND cardinality(ARRAY(SELECT unnest(open) EXCEPT SELECT unnest($2::bigint[])))
                    = cardinality(open) - cardinality($2)
            RETURNING id
        ), fence AS (
            SELECT id FROM whole UNION ALL SELECT id FROM part
        ), followed AS (
            INSERT INTO {ended} (effect, told) SELECT * FROM (\(Endings.followed("$2", ends))) AS e
            WHERE EXISTS (SELECT FROM fence)
            ON CONFLICT DO NOTHING
        """
    }

    private static func columns(_ runs: [SettledRun], _ write: Write) throws -> [PostgresValue] {
        var counts = Counts()
        var (accounts, kinds): ([Int64], [Int64]) = ([], [])
        for run in runs {
            let (account, kind) = (try write.accountID(run.account), try write.kindID(run.kind))
            accounts.append(account)
            kinds.append(kind)
            if case .ended(let outcome, _, _) = run.transition.destination {
                counts.add(outcome.measure, account: account, kind: kind)
            }
        }
        return [
            .texts(runs.map(\.outcome)), .integers(runs.map { Int64($0.run) }), .integers(accounts), .integers(kinds),
            .jsons(runs.map { $0.output?.text }), .optionalTexts(runs.map { $0.error?.withoutNUL }),
        ] + counts.parameters
    }
}

extension SettledRun {
    /// Whether it does nothing but end its effect.
    var isSimple: Bool {
        transition.isEnd && transition.attempted == nil && events.isEmpty && requests.isEmpty && work == nil
    }

    fileprivate var outcome: String {
        if case .ended(let outcome, _, _) = transition.destination { outcome.rawValue } else { "" }
    }

    fileprivate var output: JSONText? {
        if case .ended(_, let output, _) = transition.destination { output } else { nil }
    }

    fileprivate var error: String? {
        if case .ended(_, _, let error) = transition.destination { error } else { nil }
    }

    fileprivate func endsLike(_ other: SettledRun) -> Bool {
        guard case .ended(let outcome, nil, nil) = transition.destination,
            case .ended(outcome, _, _) = other.transition.destination
        else { return false }
        return run == other.run && kind == other.kind && account == other.account
    }
}
