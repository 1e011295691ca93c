public import Ensue

/// A configured endpoint `/hooks/hasura/{name}` for deliveries of Hasura event triggers.
public struct HasuraEndpoint: Sendable {
    /// What a delivered row becomes.
    public enum Mapping: String, Sendable, CaseIterable {
        /// An effect if it has the columns `kind` and `payload`, else an event.
        case automatic
        /// An effect on INSERT and MANUAL; UPDATE and DELETE are acknowledged and ignored.
        case effect
        /// An event `hasura.<schema>.<table>.<operation>`.
        case event
    }

    /// How a delivery is answered that was kept among the rejections.
    public enum Rejected: String, Sendable, CaseIterable {
        /// With the problem: Hasura shows it, and sends the delivery again if it has retries left.
        case refused
        /// With 200 and the rejection's id, so that Hasura does not repeat what cannot succeed.
        case accepted
    }

    /// The last part of the endpoint's path: letters, digits, `_`, `-` and `.`, at most 100 of them.
    public let name: String
    public let mapping: Mapping
    /// What a delivery must carry; nil lets in everyone whom the server lets in.
    public let secret: SecretHeader?
    /// To whom deliveries belong; nil leaves it to the header `Ensue-Account`.
    public let account: Account?
    public let rejected: Rejected

    /// Throws ``Invalid`` for a name that cannot be part of a path.
    public init(
        _ name: String, mapping: Mapping = .automatic, secret: SecretHeader? = nil, account: Account? = nil,
        rejected: Rejected = .refused
    ) throws(Invalid) {
        try require(
            (1...100).contains(name.utf8.count) && name.utf8.allSatisfy(Self.isAllowed) && name != "." && name != "..",
            "the name of a Hasura endpoint needs 1 to 100 of A-Z a-z 0-9 _ . -")
        self.name = name
        self.mapping = mapping
        self.secret = secret
        self.account = account
        self.rejected = rejected
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
