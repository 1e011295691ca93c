import Testing

@testable import EnsuePostgres

@Suite struct PreparedStatementsTests {
    @Test func `a text is prepared once`() {
        var statements = PreparedStatements()
        #expect(statements.use("SELECT a", types: [20]) == .new(name: "ensue_1", types: [20]))
        #expect(statements.use("SELECT a", types: [20]) == .ready(name: "ensue_1"))
        #expect(statements.use("SELECT b", types: []) == .new(name: "ensue_2", types: []))
    }

    @Test func `other types are another statement`() {
        var statements = PreparedStatements()
        _ = statements.use("SELECT a", types: [20])
        #expect(statements.use("SELECT a", types: [25]) == .new(name: "ensue_2", types: [25]))
        #expect(statements.use("SELECT a", types: [25]) == .ready(name: "ensue_2"))
        #expect(statements.use("SELECT a", types: [20]) == .ready(name: "ensue_1"))
    }

    @Test func `a NULL fits any type, but not the other way round`() {
        var statements = PreparedStatements()
        _ = statements.use("SELECT a", types: [0, 25])
        #expect(statements.use("SELECT a", types: [20, 0]) == .new(name: "ensue_2", types: [20, 25]))
        #expect(statements.use("SELECT a", types: [20, 25]) == .ready(name: "ensue_2"))
        #expect(statements.use("SELECT a", types: [0, 0]) == .ready(name: "ensue_1"))
    }

    @Test func `what could not be prepared is prepared again`() {
        var statements = PreparedStatements()
        _ = statements.use("SELECT a", types: [])
        statements.forget("SELECT a", name: "ensue_1")
        #expect(statements.use("SELECT a", types: []) == .new(name: "ensue_2", types: []))
    }

    @Test func `beyond the limit nothing is prepared`() {
        var statements = PreparedStatements(limit: 1)
        _ = statements.use("SELECT a", types: [])
        #expect(statements.use("SELECT b", types: []) == .unnamed)
        #expect(statements.use("SELECT a", types: []) == .ready(name: "ensue_1"))
    }

    @Test(arguments: ["COMMIT", "BEGIN", "LISTEN x", "SET a = 1", ""])
    func `what has no plan is not prepared`(_ sql: String) {
        var statements = PreparedStatements()
        #expect(statements.use(sql, types: []) == .unnamed)
    }

    @Test(arguments: ["\n  with a AS (SELECT 1) SELECT * FROM a", "INSERT INTO t VALUES ($1)", "delete FROM t"])
    func `what has a plan is prepared`(_ sql: String) {
        var statements = PreparedStatements()
        #expect(statements.use(sql, types: []) == .new(name: "ensue_1", types: []))
    }
}
