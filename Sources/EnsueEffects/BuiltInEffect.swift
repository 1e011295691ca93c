internal import Ensue

/// An effect that reads its payload itself, so that unknown fields are noticed and numbers keep every digit.
protocol BuiltInEffect: Effect {
    static var fields: [String] { get }

    init(_ payload: PayloadFields) throws(Invalid)
}

extension BuiltInEffect {
    /// Reads and validates.
    init(payload: JSONValue) throws {
        try self.init(try PayloadFields(payload, of: Self.kind, fields: Self.fields))
        try validate()
    }
}

extension Handlers {
    /// Handles `E`; what `body` returns is the output.
    mutating func handle<E: BuiltInEffect>(
        builtIn: E.Type, policy: HandlerPolicy,
        _ body: @escaping @Sendable @concurrent (E, HandlerContext) async throws -> JSONValue?
    ) {
        register(
            RegisteredHandler(
                kind: E.kind, policy: policy,
                check: { payload in _ = try E(payload: payload.parsed()) },
                body: .run { claimed, context in
                    let effect: E
                    do { effect = try E(payload: claimed.payload.parsed()) } catch {
                        throw Rejection("the payload is not a valid \(E.kind): \(error)")
                    }
                    return .completed(try await body(effect, context).map { JSONText($0) })
                }))
    }
}
