internal import Ensue
internal import HTTPTypes
internal import Hummingbird

extension Call {
    /// The account that the sender speaks for: the one to which its key is bound, or the one that it names.
    func account() throws -> Account {
        let named = try namedAccount()
        guard case .holder(let key) = context.caller, let bound = key.account else { return named ?? .default }
        guard named == nil || named == bound else {
            throw Problem.forbidden("this API key is for the account '\(bound)'; the header Ensue-Account says another")
        }
        return bound
    }

    private func namedAccount() throws -> Account? {
        guard let text = request.headers[.ensueAccount] else { return nil }
        do { return try Account(text) } catch { throw Problem.malformed(error.description) }
    }

    /// Throws unless the sender shows `secret` or an API key. Where the server has neither, everyone is let in.
    func demand(_ secret: SecretHeader?) throws {
        guard case .anyone = context.caller else { return }
        if let secret {
            guard !secret.matches(request.headers) else { return }
            throw Problem.unauthorized("the header \(secret) is missing, or its value is not the agreed one")
        }
        guard options.apiKeys.isEmpty else { throw Problem.noKey(request.headers) }
    }
}
