internal import Ensue
internal import Hummingbird
internal import ServiceLifecycle

/// `GET /v1/effects/{id}?wait=30`: the effect as it is, or, with `wait`, as soon as it has ended and after that many
/// seconds at the latest.
struct ReadEffect: Endpoint {
    static let method = HTTPRequest.Method.get
    static let pattern: RouterPath = "/v1/effects/{id}"
    private static let waits = 0.0...60

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
        guard let seconds = Double(text), Self.waits.contains(seconds) else {
            throw Problem.malformed("'wait' is '\(text.prefix(60))'; it has to be a number of seconds from 0 to 60")
        }
        return .seconds(seconds)
    }

    func execute(_ input: Input) async throws -> Reply {
        let record = try await engine.effect(input.id, of: input.account)
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
