internal import Ensue

extension Engine {
    /// ``accept(_:)`` as the server is set: an unknown kind may be let in, to wait for a worker.
    func accept(_ request: EffectRequest, unknownKinds: ServerOptions.UnknownKinds) async throws {
        do { try await accept(request) } catch let error as UnknownKind {
            guard unknownKinds == .accept else { throw error }
        }
    }
}
