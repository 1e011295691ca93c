import Ensue
import Testing

@testable import EnsuePostgres

@Suite struct StoreErrorMappingTests {
    private static func server(_ sqlState: String, constraint: String? = nil) -> PostgresError {
        var error = PostgresError(.server(sqlState: sqlState), "no")
        error.constraint = constraint
        return error
    }

    @Test(arguments: [
        ("22003", StoreError.Reason.constraint("PostgreSQL's rule 22003")),
        ("54000", .constraint("PostgreSQL's rule 54000")), ("23502", .constraint("PostgreSQL's rule 23502")),
        ("42601", .constraint("PostgreSQL's rule 42601")), ("P0001", .constraint("no")),
        ("53100", .full), ("53300", .unavailable), ("53200", .unavailable),
        ("42P01", .schemaMismatch), ("3F000", .schemaMismatch), ("42883", .schemaMismatch),
        ("42703", .schemaMismatch), ("42501", .unavailable), ("3D000", .unavailable), ("28P01", .unavailable),
        ("XX001", .corrupt), ("XX002", .corrupt), ("XX000", .unavailable), ("58030", .unavailable),
        ("55P03", .busy), ("57014", .busy), ("40001", .busy), ("40P01", .busy), ("26000", .busy),
        ("57P01", .unavailable), ("57P03", .unavailable), ("08006", .unavailable), ("25006", .unavailable),
        ("25P03", .unavailable),
    ])
    func `each of the server's codes has one meaning`(_ sqlState: String, _ reason: StoreError.Reason) throws {
        let mapped = StoreError.mapping(Self.server(sqlState), operation: "settle")
        let error = try #require(mapped as? StoreError)
        #expect(error.reason == reason)
        #expect(error.operation == "settle")
        #expect(error.detail.contains("(\(sqlState))"))
    }

    @Test func `a broken constraint is named`() throws {
        let mapped = StoreError.mapping(Self.server("23514", constraint: "kind_is_a_name"), operation: "record")
        #expect((mapped as? StoreError)?.reason == .constraint("kind_is_a_name"))
    }

    @Test(arguments: [PostgresError.Origin.connection, .timeout])
    func `without a connection the store is unavailable`(_ origin: PostgresError.Origin) {
        let mapped = StoreError.mapping(PostgresError(origin, "gone"), operation: "claim")
        #expect((mapped as? StoreError)?.reason == .unavailable)
    }

    @Test func `other errors pass through`() {
        #expect(StoreError.mapping(CancellationError(), operation: "claim") is CancellationError)
        let own = StoreError(.corrupt, operation: "open", detail: "x")
        #expect((StoreError.mapping(own, operation: "claim") as? StoreError)?.operation == "open")
    }

    @Test func `what may pass by is tried again`() {
        let passing = [
            "40001", "40P01", "57P01", "57P02", "57P03", "25006", "08006", "08P01", "53300", "55P03", "25P03", "26000",
        ]
        #expect(passing.allSatisfy { Self.server($0).isRetryable })
        #expect(!["23505", "42601", "28P01", "57014", "22003"].contains { Self.server($0).isRetryable })
        #expect(PostgresError(.connection, "").isRetryable)
        #expect(PostgresError(.timeout, "").isRetryable)
    }
}
