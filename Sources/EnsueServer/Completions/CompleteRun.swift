internal import Ensue
internal import Hummingbird

/// `POST /v1/completions/{token}`: whoever was handed a run says how it ended, or how far it is.
///
/// The token is all that is needed, and is never logged. A second outcome is refused with the first one.
struct CompleteRun: Endpoint {
    static let method = HTTPRequest.Method.post
    static let pattern: RouterPath = "/v1/completions/{token}"

    enum Report: Sendable {
        case outcome(CompletionReport)
        case progress(fraction: Double?, note: String?)
    }

    let engine: Engine

    func read(_ call: Call) async throws -> (token: String, report: Report) {
        (call.parameters.get("token") ?? "", try Report(json: try await call.json()))
    }

    func execute(_ input: (token: String, report: Report)) async throws -> Reply {
        switch input.report {
        case .outcome(let report):
            guard let record = try await engine.complete(input.token, report) else { throw Self.unknownToken }
            var members = JSONMembers()
            members.add("id", text: record.id)
            members.add("state", text: record.state.name)
            return Reply(.ok, members)
        case .progress(let fraction, let note):
            guard try await engine.progress(input.token, fraction: fraction, note: note) else {
                throw Self.unknownToken
            }
            return Reply(.noContent)
        }
    }

    private static let unknownToken = Problem.notFound(
        "the completion token is not one of this store's, or its effect is no longer kept")
}

extension CompleteRun.Report {
    /// Reads one of `{"outcome":"completed","output":…}`, `{"outcome":"failed","error":"…","retry":true}` and
    /// `{"progress":{"fraction":0.4,"note":"…"}}`.
    fileprivate init(json: JSONValue) throws(Invalid) {
        let all = try Fields(
            json, of: "a completion", allowed: ["outcome", "output", "error", "retry", "progress"])
        if let progress = all["progress"] {
            _ = try Fields(json, of: "a note of progress", allowed: ["progress"])
            self = try Self.progress(progress)
            return
        }
        switch try all.string("outcome") {
        case "completed":
            let fields = try Fields(json, of: "a completion", allowed: ["outcome", "output"])
            self = .outcome(.completed(output: fields["output"].map { JSONText($0) }))
        case "failed":
            let fields = try Fields(json, of: "a failure", allowed: ["outcome", "error", "retry"])
            self = .outcome(
                .failed(error: try fields.requiredString("error"), retry: try fields.bool("retry") ?? false))
        case let other?: throw Invalid("'outcome' is '\(other.prefix(60))'; it can be \"completed\" or \"failed\"")
        case nil: throw Invalid("missing field 'outcome' (\"completed\" or \"failed\"), or 'progress'")
        }
    }

    private static func progress(_ json: JSONValue) throws(Invalid) -> CompleteRun.Report {
        let fields = try Fields(json, of: "'progress'", allowed: ["fraction", "note"])
        let fraction = fields["fraction"]?.double
        guard fields["fraction"] == nil || fraction.map((0...1).contains) == true else {
            throw Invalid("'fraction' must be a number from 0 to 1")
        }
        return .progress(fraction: fraction, note: try fields.string("note"))
    }
}
