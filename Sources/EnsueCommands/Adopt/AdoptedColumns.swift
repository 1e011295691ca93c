internal import ArgumentParser
internal import EnsuePostgres

/// Which columns of an adopted table are what.
struct AdoptedColumns: ParsableArguments {
    @Option(help: "The column that identifies a row. (default: id)")
    var id: String?

    @Option(help: "The column with the kind. (default: kind or type)")
    var kind: String?

    @Option(help: "The column with the payload, json or jsonb. (default: payload or data)")
    var payload: String?

    @Option(help: "The column for the time of completion, NULL until then. (default: completed_at or completed)")
    var completed: String?

    @Option(help: "The column for the output. (default: completion_payload, completion, output or result)")
    var completion: String?

    @Option(help: "The column for the error of an effect that failed. (default: none; the ledger tells)")
    var error: String?

    func apply(to request: inout Adoption.Request) {
        request.id = id
        request.kind = kind
        request.payload = payload
        request.completed = completed
        request.completion = completion
        request.error = error
    }
}
