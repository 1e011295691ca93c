internal import Ensue

extension Engine {
    /// The effect, if it is the account's; throws that there is none otherwise.
    func effect(_ id: EffectID, of account: Account) async throws -> EffectRecord {
        guard let record = try await store.effect(id), record.account == account else {
            throw Problem.notFound("there is no effect \(id) in the account '\(account)'")
        }
        return record
    }
}
