internal import Crypto
public import Ensue

/// A secret that a sender shows as `Authorization: Bearer ensue_sk_<id>_<random>`.
///
/// Only its digest is kept. The id tells keys apart in logs and lists; it opens nothing.
public struct APIKey: Sendable, CustomStringConvertible {
    public let id: String
    /// The only account that the key speaks for; nil if the sender names it in the header `Ensue-Account`.
    public let account: Account?
    let digest: [UInt8]

    static let prefix = "ensue_sk_"
    static let shortest = 32

    /// Parses `KEY`, or `ACCOUNT=KEY` for a key that speaks for one account alone. The error never shows the text.
    ///
    /// Throws ``Invalid`` for a key that is shorter than 32 characters, or whose random part has too few different
    /// ones to be random.
    public init(parsing text: String) throws(Invalid) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let key = parts.last, key.hasPrefix(Self.prefix) else { throw Self.malformed }
        let rest = key.dropFirst(Self.prefix.count).split(separator: "_", omittingEmptySubsequences: false)
        guard rest.count == 2, rest.allSatisfy(Self.isPart) else { throw Self.malformed }
        guard key.count >= Self.shortest, Set(rest[1]).count >= 6 else {
            throw Invalid(
                "an API key that can be guessed protects nothing: it needs at least \(Self.shortest) characters, the "
                    + "last part of them random")
        }
        id = String(rest[0])
        account = parts.count == 2 ? try Self.account(parts[0]) : nil
        digest = Self.digest(of: key)
    }

    /// The text of a new key. `bytes` are random and nobody else's: at least 20 of them, of which the first four become
    /// the id.
    public static func text(random bytes: [UInt8]) throws(Invalid) -> String {
        guard bytes.count >= 20 else { throw Invalid("an API key is made of at least 20 random bytes") }
        return "\(prefix)\(Hexadecimal.text(bytes.prefix(4)))_\(Hexadecimal.text(bytes.dropFirst(4)))"
    }

    /// What can be shown to anybody.
    public var description: String { "\(account.map { "\($0)=" } ?? "")\(Self.prefix)\(id)_…" }

    static func digest(of key: String) -> [UInt8] { Array(SHA256.hash(data: Array(key.utf8))) }

    private static let malformed = Invalid(
        "an API key is written \(prefix)<id>_<random>, in letters and digits, or ACCOUNT=\(prefix)<id>_<random>")

    private static func isPart(_ part: Substring) -> Bool {
        !part.isEmpty && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
    }

    private static func account(_ text: String) throws(Invalid) -> Account {
        do { return try Account(text) } catch { throw Invalid("the account of an API key: \(error)") }
    }
}
