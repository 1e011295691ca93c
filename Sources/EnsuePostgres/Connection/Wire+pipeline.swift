internal import CLibpq

/// Sending several statements before the first answer; see PostgreSQL's documentation, "Pipeline Mode".
extension Wire {
    /// What is sent, and answered by one result each.
    enum Message {
        case prepare(name: String, sql: String, types: [UInt32])
        case executePrepared(name: String, sql: String, ParameterList)
        case execute(sql: String, ParameterList)
    }

    typealias Answer = Result<PostgresRows, PostgresError>

    /// Sends all messages and waits for all results, in order, each for at most `span`. The server carries out none of
    /// those behind one that fails.
    func exchange(_ messages: [Message], within span: Duration) throws(PostgresError) -> [Answer] {
        guard PQenterPipelineMode(handle) == 1 else { throw lost() }
        for message in messages {
            guard send(message) == 1 else { throw lost() }
        }
        guard PQpipelineSync(handle) == 1 else { throw lost() }
        var results: [Answer] = []
        results.reserveCapacity(messages.count)
        for _ in messages { results.append(try receive(within: span)) }
        if let error = try receiveSync(within: span), !results.isEmpty {
            results[results.count - 1] = .failure(error)
        }
        guard PQexitPipelineMode(handle) == 1 else { throw lost() }
        return results
    }

    private func send(_ message: Message) -> Int32 {
        switch message {
        case .prepare(let name, let sql, let types):
            PQsendPrepare(handle, name, sql, Int32(types.count), types)
        case .executePrepared(let name, _, let parameters):
            parameters.withPointers {
                PQsendQueryPrepared(handle, name, $0.count, $0.values, $0.lengths, $0.formats, 1)
            }
        case .execute(let sql, let parameters):
            parameters.withPointers {
                PQsendQueryParams(handle, sql, $0.count, $0.types, $0.values, $0.lengths, $0.formats, 1)
            }
        }
    }

    /// One message's result. Throws only what ends the connection.
    private func receive(within span: Duration) throws(PostgresError) -> Answer {
        let deadline = Deadline(after: span)
        guard let result = try nextResult(until: deadline) else { throw outOfStep() }
        let answer = try Self.answer(result)
        guard try nextResult(until: deadline) == nil else { throw outOfStep() }
        return answer
    }

    /// What goes wrong in the commit itself comes before the end: a deferred constraint, for example.
    private func receiveSync(within span: Duration) throws(PostgresError) -> PostgresError? {
        let deadline = Deadline(after: span)
        var failure: PostgresError?
        while true {
            guard let result = try nextResult(until: deadline) else {
                guard failure != nil else { throw outOfStep() }
                continue
            }
            if PQresultStatus(result) == PGRES_PIPELINE_SYNC {
                PQclear(result)
                return failure
            }
            guard case .failure(let error) = try Self.answer(result), failure == nil else { throw outOfStep() }
            failure = error
        }
    }

    /// Takes over `result`.
    private static func answer(_ result: OpaquePointer) throws(PostgresError) -> Answer {
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: return .success(PostgresRows(result))
        default: break
        }
        defer { PQclear(result) }
        switch PQresultStatus(result) {
        case PGRES_PIPELINE_ABORTED: return .failure(.skipped)
        case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH: throw .copying
        default:
            let error = PostgresError(result: result)
            if error.endsConnection { throw error }
            return .failure(error)
        }
    }

    private func outOfStep() -> PostgresError {
        PostgresError(.connection, "the server's answers do not fit what was sent")
    }
}

extension PostgresError {
    static let skipped = PostgresError(.server(sqlState: "25P02"), "a statement before this one has failed")
}
