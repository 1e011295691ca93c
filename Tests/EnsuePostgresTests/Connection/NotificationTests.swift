import PostgresServer
import Testing

@testable import EnsuePostgres

@Suite(.timeLimit(.minutes(2))) struct NotificationTests {
    /// What one wait brings, as text.
    private static func wait(
        _ session: Session, _ span: Duration = .seconds(60)
    ) throws -> [String] {
        try session.notifications(within: span).map { "\($0.channel): \($0.payload)" }
    }

    @Test func `notifications are waited for`() async throws {
        let listener = try await PostgresConnection.shared()
        let channel = "ensue_\(try await listener.pid())"
        try await listener.script("LISTEN \(channel)")
        async let received = listener.run { try Self.wait($0) }
        let sender = try await PostgresConnection.shared()
        try await sender.run { _ = try $0.query("SELECT pg_notify($1, 'a')", [.text(channel)]) }
        #expect(try await received == ["\(channel): a"])
    }

    @Test func `those that came with an answer are not lost`() async throws {
        let connection = try await PostgresConnection.shared()
        let channel = "ensue_\(try await connection.pid())"
        let received = try await connection.run { session in
            try session.script("LISTEN \(channel)")
            try session.script("NOTIFY \(channel), 'a'; NOTIFY \(channel), 'b'")
            try session.query("SELECT 1")
            return try Self.wait(session)
        }
        #expect(received == ["\(channel): a", "\(channel): b"])
    }

    @Test func `the wait ends when its time is over`() async throws {
        let connection = try await PostgresConnection.shared()
        #expect(try await connection.run { try Self.wait($0, .milliseconds(5)) } == [])
        #expect(try await connection.run { try Self.wait($0, .zero) } == [])
    }

    @Test func `a call from another thread ends the wait, or else the next`() async throws {
        let connection = try await PostgresConnection.shared()
        async let received = connection.run { try Self.wait($0) }
        connection.wake()
        #expect(try await received == [])
        connection.wake()
        connection.wake()
        #expect(try await connection.run { try Self.wait($0) } == [])
        #expect(await connection.isHealthy)
    }

    @Test func `a connection that is lost during the wait is an error`() async throws {
        let listener = try await PostgresConnection.shared()
        let pid = try await listener.pid()
        async let failure = listener.failure { _ = try Self.wait($0) }
        let server = try await PostgresServer.shared()
        try await server.psql("SELECT pg_terminate_backend(\(pid))")
        #expect(try await failure?.sqlState == "57P01")
        #expect(await !listener.isHealthy)
    }
}
