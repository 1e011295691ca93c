internal import Ensue
internal import Hummingbird
internal import ServiceLifecycle

/// `GET /v1/effects/{id}?wait=30`: the effect as it is, or, with `wait`, as soon as it has ended and after that many
/// seconds at the latest.
struct ReadEffect: Endpoint {
    static let method = HTTPRequest.Method.get
    static let pattern: RouterPath = "/v1/effects/{id}"
    static let longestWait = 60.0

    struct Input: Sendable {
        let account: Account
        let id: EffectID
        let wait: Duration
    }

    let engine: Engine

    func read(_ call: Call) throws -> Input {
        Input(account: try call.account(), id: try call.id(of: "effect"), wait: try wait(call))
    }

    private func wait(_ call: Call) throws -> Duration {
        guard let text = try call.query.text("wait") else { return .zero }
        guard let seconds = Double(text), seconds >= 0 else {
            throw Problem.malformed("'wait' must be a number of seconds, at most 60")
        }
        return .seconds(min(seconds, Self.longestWait))
    }

    func execute(_ input: Input) async throws -> Reply {
        guard let record = try await engine.store.effect(input.id), record.account == input.account else {
            throw Problem.notFound("there is no effect \(input.id) in the account '\(input.account)'")
        }
        guard record.outcome == nil, input.wait > .zero else { return Reply(.ok, record.members) }
        return Reply(.ok, try await waiting(for: record, input.wait).members)
    }

    /// A server that stops does not make its callers wait: they get the effect as it is.
    private func waiting(for record: EffectRecord, _ span: Duration) async throws -> EffectRecord {
        let engine = engine
        do {
            return try await cancelWhenGracefulShutdown {
                try await engine.effect(record.id, waiting: span) ?? record
            }
        } catch is CancellationError {
            return try await engine.store.effect(record.id) ?? record
        }
    }
}
