public import Ensue
public import HTTPTypes

/// How the server listens and what it lets in.
public struct ServerOptions: Sendable {
    /// The address or name to listen on. One that others can reach needs an API key.
    public var host: String
    /// 0 lets the system choose.
    public var port: Int
    /// What a delivery from Hasura must carry; nil lets in everyone who reaches the server.
    public var hasuraSecret: SecretHeader?
    /// How many bytes a request's body may have.
    public var bodyLimit: Int
    /// How many events or effects one array may hold: they are written in one transaction.
    public var batchLimit: Int
    /// What senders have to show one of, if there is any.
    public var apiKeys: [APIKey]
    /// How much the server takes on, and how long it waits for slow senders.
    public var limits: ServerLimits
    /// A folder whose files are served to everyone at `/pages/`; nil for none.
    public var pages: String?

    public init(
        host: String = "127.0.0.1", port: Int = 8080, hasuraSecret: SecretHeader? = nil, bodyLimit: Int = 1 << 20,
        batchLimit: Int = 1000, apiKeys: [APIKey] = [], limits: ServerLimits = ServerLimits(), pages: String? = nil
    ) {
        self.host = host
        self.port = port
        self.hasuraSecret = hasuraSecret
        self.bodyLimit = bodyLimit
        self.batchLimit = batchLimit
        self.apiKeys = apiKeys
        self.limits = limits
        self.pages = pages
    }
}

/// A request header with a value that only the rightful sender knows.
public struct SecretHeader: Sendable, CustomStringConvertible {
    public let name: HTTPField.Name
    private let value: [UInt8]

    /// Throws ``Invalid`` if the name cannot be a header's or the value is empty.
    public init(name: String, value: String) throws(Invalid) {
        guard let name = HTTPField.Name(name) else { throw Invalid("'\(name)' cannot be the name of a header") }
        guard !value.isEmpty else { throw Invalid("the secret of the header '\(name)' is empty") }
        self.name = name
        self.value = Array(value.utf8)
    }

    /// Parses `HEADER:VALUE`; blanks around the value do not count. The error never shows the text.
    public init(parsing text: String) throws(Invalid) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw Invalid("a secret header is written HEADER:VALUE") }
        let value = parts[1].drop { $0 == " " }
        try self.init(name: String(parts[0]), value: String(value.reversed().drop { $0 == " " }.reversed()))
    }

    /// Compares in a time that depends on the length of what was sent alone.
    func matches(_ fields: HTTPFields) -> Bool {
        guard let sent = fields[name] else { return false }
        var difference: UInt8 = 0
        var position = 0
        for byte in sent.utf8 {
            difference |= byte ^ value[position % value.count]
            position += 1
        }
        return position == value.count && difference == 0
    }

    /// The header's name alone.
    public var description: String { name.rawName }
}
