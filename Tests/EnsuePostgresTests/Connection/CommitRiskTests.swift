import Testing

@testable import EnsuePostgres

@Suite struct CommitRiskTests {
    @Test(arguments: [
        (["SELECT 1"], false, true), (["SELECT 1"], true, false), (["INSERT", "COMMIT"], true, true),
        (["BEGIN", "INSERT"], false, false), (["BEGIN", "INSERT", " \n commit"], false, true),
        (["START TRANSACTION"], false, false), (["ROLLBACK"], true, false), (["END"], true, true),
        (["SELECT 'commit'"], true, false), ([], false, false),
    ])
    func `statements may commit outside a transaction, and by a COMMIT`(
        _ statements: [String], _ isInTransaction: Bool, _ mayCommit: Bool
    ) {
        #expect(CommitRisk.of(statements, isInTransaction: isInTransaction) == mayCommit)
    }

    @Test(arguments: [
        ("CREATE TABLE t ()", false, true), ("BEGIN; CREATE TABLE t ()", false, false),
        ("BEGIN; CREATE TABLE t (); Commit;", false, true), ("INSERT; INSERT", true, false), ("ROLLBACK", true, false),
    ])
    func `a script may commit wherever it names it`(_ script: String, _ isInTransaction: Bool, _ mayCommit: Bool) {
        #expect(CommitRisk.of(script: script, isInTransaction: isInTransaction) == mayCommit)
    }
}
