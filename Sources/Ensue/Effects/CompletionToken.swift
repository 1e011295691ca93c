internal import Crypto
public import Foundation

/// The right to complete one run of one effect from anywhere, as an opaque text.
///
/// It names effect, run and lease, and carries an HMAC-SHA-256 over them under the store's secret. It is a bearer
/// credential: keep it out of logs.
public struct CompletionToken: Sendable, Hashable {
    public let effect: EffectID
    public let run: Int
    public let lease: LeaseID

    package init(effect: EffectID, run: Int, lease: LeaseID) {
        self.effect = effect
        self.run = run
        self.lease = lease
    }

    private static let nameLength = 20

    /// The token's text: base64url without padding.
    package func signed(with secret: StoreSecret) -> String {
        let name = bytes
        let signature = HMAC<SHA256>.authenticationCode(for: name, using: secret.key)
        return (name + Data(signature)).base64URL
    }

    /// Reads a token; nil unless it was signed with `secret`, and spelt as ``signed(with:)`` spells it. Compares in
    /// constant time.
    package init?(_ text: String, secret: StoreSecret) {
        guard let data = Data(base64URL: text), data.count == Self.nameLength + SHA256.byteCount,
            data.base64URL == text
        else { return nil }
        let name = data.prefix(Self.nameLength)
        let signature = data.dropFirst(Self.nameLength)
        guard HMAC<SHA256>.isValidAuthenticationCode(signature, authenticating: name, using: secret.key) else {
            return nil
        }
        let words = Array(name)
        effect = EffectID(rawValue: Self.integer(words[0..<8]))
        run = Int(Self.integer(words[8..<12]))
        lease = LeaseID(rawValue: Self.integer(words[12..<20]))
    }

    private var bytes: Data {
        var data = Data(capacity: Self.nameLength)
        withUnsafeBytes(of: effect.rawValue.bigEndian) { data.append(contentsOf: $0) }
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: run).bigEndian) { data.append(contentsOf: $0) }
        withUnsafeBytes(of: lease.rawValue.bigEndian) { data.append(contentsOf: $0) }
        return data
    }

    private static func integer(_ bytes: ArraySlice<UInt8>) -> Int64 {
        bytes.reduce(0) { $0 << 8 | Int64($1) }
    }
}

/// The secret that a store draws when it is created; tokens of one store are worthless at another.
public struct StoreSecret: Sendable {
    let key: SymmetricKey

    public init(bytes: some ContiguousBytes) { key = SymmetricKey(data: bytes) }
}

extension Data {
    var base64URL: String {
        base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    init?(base64URL text: String) {
        let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        self.init(base64Encoded: text.replacing("-", with: "+").replacing("_", with: "/") + padding)
    }
}
