import Ensue
import PostgresServer
import Testing

@testable import EnsuePostgres

@Suite(.timeLimit(.minutes(2))) struct ConnectionTests {
    @Test func `what is sent comes back`() async throws {
        let connection = try await PostgresConnection.shared()
        try await connection.run { session in
            let json = try JSONText(parsing: #"{"b":1.50,"a":[]}"#)
            let time = Timestamp(milliseconds: -1)
            let row = try session.query(
                "SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10",
                [
                    .integer(.min), "é🎈", true, 1.25, .time(time), .json(json), .bytes([0, 1, 255]),
                    .integers([.min, 0, .max]), .optional(nil as Int64?), "",
                ])[0]
            #expect(row.int(0) == .min)
            #expect(row.text(1) == "é🎈")
            #expect(row.bool(2))
            #expect(row.double(3) == 1.25)
            #expect(row.time(4) == time)
            #expect(row.text(5) == json.text)
            #expect(row.bytes(6) == [0, 1, 255])
            #expect(row.ints(7) == [.min, 0, .max])
            #expect(row.optionalInt(8) == nil && row.isNull(8))
            #expect(row.optionalText(9) == "" && !row.isNull(9))
        }
    }

    @Test func `arrays come back element by element`() async throws {
        let connection = try await PostgresConnection.shared()
        try await connection.run { session in
            let times = [Timestamp(milliseconds: 5), nil, Timestamp(milliseconds: .max)]
            let rows = try session.query(
                """
                SELECT * FROM unnest($1::int8[], $2::text[], $3::text[], $4::boolean[], $5::float8[], $6::timestamptz[],
                    $7::json[], $8::int8[])
                """,
                [
                    .integers([1, -2, 3]), .texts(["", "a,b", "\"{é}\""]), .optionalTexts([nil, "NULL", "x"]),
                    .booleans([true, false, true]), .doubles([0.5, nil, -.infinity]), .times(times),
                    .jsons([#"{"a": 1}"#, nil, "null"]), .optionalIntegers([nil, nil, 9]),
                ])
            #expect(rows.map { $0.int(0) } == [1, -2, 3])
            #expect(rows.map { $0.text(1) } == ["", "a,b", "\"{é}\""])
            #expect(rows.map { $0.optionalText(2) } == [nil, "NULL", "x"])
            #expect(rows.map { $0.bool(3) } == [true, false, true])
            #expect(rows.map { $0.optionalDouble(4) } == [0.5, nil, -.infinity])
            #expect(rows.map { $0.optionalTime(5) } == times)
            #expect(rows.map { $0.optionalText(6) } == [#"{"a": 1}"#, nil, "null"])
            #expect(rows.map { $0.optionalInt(7) } == [nil, nil, 9])
            let empty: [PostgresValue] = [.integers([]), .texts([]), .jsons([]), .times([])]
            for value in empty {
                #expect(try session.query("SELECT cardinality($1)", [value])[0].int(0) == 0)
            }
        }
    }

    @Test func `a column is read by its own type`() async throws {
        let connection = try await PostgresConnection.shared()
        try await connection.run { session in
            let row = try session.query(
                """
                SELECT 1::int2, -2::int4, 3::int8, 1.5::float4, '{"a":1}'::jsonb, ARRAY[1, -2]::int4[], '{}'::int8[],
                    NULL::int8[], 'infinity'::timestamptz, 'x'::name, timestamptz '1999-12-31T23:59:59.9999Z'
                """)[0]
            #expect((0..<3).map { row.int($0) } == [1, -2, 3])
            #expect(row.double(3) == 1.5)
            #expect(row.text(4) == #"{"a": 1}"#)
            #expect(row.ints(5) == [1, -2])
            #expect(row.ints(6) == [] && row.ints(7) == [])
            #expect(row.time(8).milliseconds == .max)
            #expect(row.text(9) == "x")
            #expect(row.time(10).milliseconds == 946_684_799_999)
        }
    }

    @Test func `a result knows its rows and how many were affected`() async throws {
        let connection = try await PostgresConnection.shared()
        try await connection.run { session in
            try session.script("CREATE TEMPORARY TABLE t (n int8); SET work_mem = '5MB'")
            let inserted = try session.query("INSERT INTO t SELECT generate_series(1, 1000) RETURNING n")
            #expect(inserted.count == 1000 && inserted.affected == 1000)
            #expect(inserted.map { $0.int(0) } == Array(1...1000))
            #expect(try session.query("DELETE FROM t WHERE n > $1", [990]).affected == 10)
            #expect(try session.query("SET work_mem = '4MB'").affected == 0)
        }
    }

    @Test func `a text is prepared once, whatever is NULL`() async throws {
        let connection = try await PostgresConnection.shared()
        try await connection.run { session in
            let count = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE $1"
            for value in [.null, 7, .optional(nil as Int64?), 8, .null] as [PostgresValue] {
                _ = try session.query("SELECT $1 + 1 AS mine", [value])
            }
            #expect(try session.query(count, ["%AS mine"])[0].int(0) == 2)
            let repeated = Array(repeating: ("SELECT $1::int8 AS other", [5] as [PostgresValue]), count: 3)
            #expect(try session.pipeline(repeated).map { $0[0].int(0) } == [5, 5, 5])
            #expect(try session.query(count, ["%AS other"])[0].int(0) == 1)
        }
    }

    @Test func `a session has its settings`() async throws {
        let connection = try await PostgresConnection.shared { options in
            options.statementTimeout = .seconds(7)
            options.lockTimeout = .milliseconds(1500)
        }
        try await connection.run { session in
            #expect(!session.isPooled && session.isHealthy && !session.isInTransaction)
            #expect(session.serverVersion >= 130000)
            let row = try session.query(
                """
                SELECT current_setting('statement_timeout'), current_setting('lock_timeout'),
                    current_setting('default_transaction_isolation'), current_setting('application_name')
                """)[0]
            #expect((0..<4).map { row.text($0) } == ["7s", "1500ms", "read committed", "ensue"])
        }
    }

    @Test func `much is sent and received at once`() async throws {
        let connection = try await PostgresConnection.shared()
        try await connection.run { session in
            let text = String(repeating: "0123456789abcdef", count: 65_536)
            let statements = (1...8).map { _ in ("SELECT $1 || $1", [.text(text)] as [PostgresValue]) }
            let results = try session.pipeline(statements)
            #expect(results.allSatisfy { $0[0].text(0).utf8.count == 2 * text.utf8.count })
        }
    }
}
