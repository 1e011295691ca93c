/// Whether statements commit something, so that losing the connection while they run leaves open whether they have.
enum CommitRisk {
    /// Statements that are sent together.
    static func of(_ statements: [String], isInTransaction: Bool) -> Bool {
        if statements.contains(where: isCommit) { return true }
        // What they begin themselves and do not commit is rolled back when the connection is lost.
        return !isInTransaction && !statements.isEmpty && statements.first.map(isBegin) == false
    }

    /// A script, read from afar: wherever it names a commit it may commit.
    static func of(script: String, isInTransaction: Bool) -> Bool {
        guard isInTransaction || isBegin(script) else { return true }
        return script.split { !$0.isLetter }.contains { isWord($0, ["commit", "end"]) }
    }

    static func isCommit(_ sql: String) -> Bool { isWord(firstWord(sql), ["commit", "end"]) }

    private static func isBegin(_ sql: String) -> Bool { isWord(firstWord(sql), ["begin", "start"]) }

    private static func firstWord(_ sql: String) -> Substring {
        sql.drop { $0.isWhitespace }.prefix { $0.isLetter }
    }

    private static func isWord(_ word: Substring, _ words: [String]) -> Bool {
        words.contains { $0.count == word.count && $0 == word.lowercased() }
    }
}
