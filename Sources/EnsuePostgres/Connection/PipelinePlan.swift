/// Which messages carry out some statements, and how the answers to the messages become the statements' results.
struct PipelinePlan {
    private(set) var messages: [Wire.Message] = []

    mutating func add(_ sql: String, _ parameters: ParameterList, _ use: PreparedStatements.Use) {
        switch use {
        case .ready(let name): messages.append(.executePrepared(name: name, sql: sql, parameters))
        case .new(let name, let types):
            messages.append(.prepare(name: name, sql: sql, types: types))
            messages.append(.executePrepared(name: name, sql: sql, parameters))
        case .unnamed: messages.append(.execute(sql: sql, parameters))
        }
    }

    /// What should have been prepared and was not.
    func notPrepared(_ answers: [Wire.Answer]) -> [(sql: String, name: String)] {
        zip(messages, answers).compactMap { message, answer in
            guard case .prepare(let name, let sql, _) = message, case .failure = answer else { return nil }
            return (sql, name)
        }
    }

    /// One result for each statement, or the first error.
    func results(_ answers: [Wire.Answer]) throws(PostgresError) -> [PostgresRows] {
        var results: [PostgresRows] = []
        results.reserveCapacity(messages.count)
        for (message, answer) in zip(messages, answers) {
            let rows = try answer.get()
            switch message {
            case .prepare: continue
            case .execute(let sql, _), .executePrepared(_, let sql, _):
                // To COMMIT a failed transaction is not an error to the server: it rolls back and says so.
                if rows.tag == "ROLLBACK", CommitRisk.isCommit(sql) { throw .rolledBack }
                results.append(rows)
            }
        }
        return results
    }
}

extension PostgresError {
    static let rolledBack = PostgresError(
        .server(sqlState: "25P02"), "the transaction had failed and was rolled back instead of being committed")
}
