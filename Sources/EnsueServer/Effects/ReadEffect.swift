internal import Ensue
internal import Hummingbird
internal import NIOCore
internal import ServiceLifecycle

/// `GET /v1/effects/{id}?wait=30`: the effect as it is, or, with `wait`, as soon as it has ended and after that many
/// seconds at the latest.
struct ReadEffect: Endpoint {
    static let method = HTTPRequest.Method.get
    static let pattern: RouterPath = "/v1/effects/{id}"

    struct Input: Sendable {
        let account: Account
        let id: EffectID
        let wait: Duration
        let channel: (any Channel)?
    }

    let engine: Engine
    let departures: Departures

    func read(_ call: Call) throws -> Input {
        Input(
            account: try call.account(), id: try call.id(of: "effect"), wait: try call.query.wait(),
            channel: call.context.channel)
    }

    func execute(_ input: Input) async throws -> Reply {
        let record = try await engine.effect(input.id, of: input.account)
        guard record.outcome == nil, input.wait > .zero else { return Reply(.ok, record.members) }
        return Reply(.ok, try await waiting(for: record, input).members)
    }

    /// A server that stops does not make its callers wait, and a caller that has left is not waited for: they get the
    /// effect as it is.
    private func waiting(for record: EffectRecord, _ input: Input) async throws -> EffectRecord {
        let (engine, departures) = (engine, departures)
        do {
            return try await cancelWhenGracefulShutdown {
                try await departures.cancelling(onDepartureFrom: input.channel) {
                    try await engine.effect(record.id, waiting: input.wait) ?? record
                }
            }
        } catch is CancellationError {
            return try await engine.store.effect(record.id) ?? record
        }
    }
}
