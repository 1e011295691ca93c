import Testing

@testable import EnsuePostgres

@Suite(.timeLimit(.minutes(2))) struct PipelineTests {
    private static func connection() async throws -> PostgresConnection {
        let connection = try await PostgresConnection.shared()
        try await connection.script(
            "CREATE TEMPORARY TABLE t (n int8 CONSTRAINT n_is_unique UNIQUE DEFERRABLE INITIALLY DEFERRED)")
        return connection
    }

    private static func count(_ session: Session) throws -> Int64 {
        try session.query("SELECT count(*) FROM t")[0].int(0)
    }

    @Test func `results come in the order of the statements`() async throws {
        try await Self.connection().run { session in
            let results = try session.pipeline((1...20).map { ("SELECT $1", [.integer($0)]) })
            #expect(results.map { $0[0].int(0) } == Array(1...20))
            #expect(try session.pipeline([]).isEmpty)
        }
    }

    @Test func `an error in the middle undoes all, and the connection goes on`() async throws {
        let connection = try await Self.connection()
        let error = try await connection.failure { session in
            _ = try session.pipeline([
                ("INSERT INTO t VALUES ($1)", [1]), ("SELECT 1 / $1", [0]), ("INSERT INTO t VALUES ($1)", [2]),
                ("SELECT n FROM t WHERE n = $1", [3]),
            ])
        }
        #expect(error?.sqlState == "22012")
        #expect(error?.isAmbiguous == false)
        try await connection.run { session in
            #expect(session.isHealthy && !session.isInTransaction)
            let left = try Self.count(session)
            #expect(left == 0)
            // Prepared before the error, and not: both can be used.
            let inserted = try session.query("INSERT INTO t VALUES ($1)", [1])
            #expect(inserted.affected == 1)
            let selected = try session.query("SELECT n FROM t WHERE n = $1", [3])
            #expect(selected.isEmpty)
        }
    }

    @Test func `an error in an explicit transaction leaves it open and failed`() async throws {
        let connection = try await Self.connection()
        let error = try await connection.failure { session in
            _ = try session.pipeline([("BEGIN", []), ("INSERT INTO nowhere VALUES (1)", []), ("COMMIT", [])])
        }
        #expect(error?.sqlState == "42P01")
        try await connection.run { session in
            #expect(session.isInTransaction)
            #expect(throws: PostgresError.self) { try session.query("SELECT 1") }
            try session.query("ROLLBACK")
            #expect(!session.isInTransaction)
        }
    }

    @Test func `a COMMIT that rolls back is an error`() async throws {
        let connection = try await Self.connection()
        let error = try await connection.failure { session in
            try session.query("BEGIN")
            #expect(throws: PostgresError.self) { try session.query("SELECT 1 / 0") }
            try session.query("COMMIT")
        }
        #expect(error?.sqlState == "25P02")
        #expect(await !connection.isInTransaction)
    }

    @Test func `an error in the commit itself is thrown, the broken constraint named`() async throws {
        let connection = try await Self.connection()
        let error = try await connection.failure { session in
            try session.pipeline([("INSERT INTO t VALUES (1)", []), ("INSERT INTO t VALUES (1)", [])])
        }
        #expect(error?.sqlState == "23505")
        #expect(error?.constraint == "n_is_unique")
        try await connection.run { session in
            #expect(session.isHealthy && !session.isInTransaction)
            let left = try Self.count(session)
            #expect(left == 0)
        }
    }

    @Test func `a script ends at its first error`() async throws {
        let connection = try await Self.connection()
        let error = try await connection.failure { session in
            try session.script("INSERT INTO t VALUES (1); SELECT 1 / 0; INSERT INTO t VALUES (2)")
        }
        #expect(error?.sqlState == "22012")
        #expect(try await connection.run { try Self.count($0) } == 0)
    }

    @Test func `COPY ends the connection instead of hanging`() async throws {
        for statement in ["COPY t FROM STDIN", "COPY t TO STDOUT"] {
            let piped = try await Self.connection()
            #expect(try await piped.failure { try $0.query(statement) }?.message.contains("COPY") == true)
            #expect(await !piped.isHealthy)
            let scripted = try await Self.connection()
            #expect(try await scripted.failure { try $0.script(statement) }?.message.contains("COPY") == true)
            #expect(await !scripted.isHealthy)
        }
    }
}
