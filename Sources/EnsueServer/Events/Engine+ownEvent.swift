internal import Ensue

extension Engine {
    /// The event, if it is the account's; throws that there is none otherwise.
    func event(_ id: EventID, of account: Account) async throws -> RecordedEvent {
        guard let event = try await store.event(id), event.account == account else {
            throw Problem.notFound("there is no event \(id) in the account '\(account)'")
        }
        return event
    }
}
