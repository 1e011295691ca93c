internal import HTTPTypes

/// The keys that a server knows.
struct KeyRing: Sendable {
    let keys: [APIKey]

    /// The key that a request shows. The time it takes says nothing of the keys: digests of one length are compared to
    /// the end, all of them.
    func key(in fields: HTTPFields) -> APIKey? {
        guard let token = Self.bearerToken(fields) else { return nil }
        let digest = APIKey.digest(of: token)
        var found: Int?
        for (index, key) in keys.enumerated() {
            let difference = zip(digest, key.digest).reduce(into: UInt8(0)) { $0 |= $1.0 ^ $1.1 }
            found = difference == 0 ? index : found
        }
        return found.map { keys[$0] }
    }

    static func bearerToken(_ fields: HTTPFields) -> String? {
        guard let text = fields[.authorization] else { return nil }
        let parts = text.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return parts[1].withoutOuterBlanks
    }
}
