public import Ensue
public import HTTPTypes

/// How the server listens and what it lets in.
public struct ServerOptions: Sendable {
    /// The address or name to listen on. One that others can reach needs an API key.
    public var host: String
    /// 0 lets the system choose.
    public var port: Int
    /// What senders have to show one of, if there is any.
    public var apiKeys: [APIKey]
    /// What a delivery from Hasura must carry; nil lets in everyone who reaches the server.
    public var hasuraSecret: SecretHeader?
    /// The endpoints `/hooks/hasura/{name}`; of two with one name the last counts.
    public var hasuraEndpoints: [HasuraEndpoint]
    /// Which event types may be recorded.
    public var eventTypes: EventTypes
    /// What becomes of requests for kinds that no worker has registered within seven days.
    public var unknownKinds: UnknownKinds
    /// How many bytes a request's body may have.
    public var bodyLimit: Int
    /// How many events or effects one array may hold: they are written in one transaction.
    public var batchLimit: Int
    /// How much the server takes on, and how long it waits for slow senders.
    public var limits: ServerLimits
    /// A folder whose files are served to everyone at `/pages/`; nil for none.
    public var pages: String?

    public init(
        host: String = "127.0.0.1", port: Int = 8080, apiKeys: [APIKey] = [], hasuraSecret: SecretHeader? = nil,
        hasuraEndpoints: [HasuraEndpoint] = [], eventTypes: EventTypes = .open, unknownKinds: UnknownKinds = .refuse,
        bodyLimit: Int = 1 << 20, batchLimit: Int = 1000, limits: ServerLimits = ServerLimits(),
        pages: String? = nil
    ) {
        self.host = host
        self.port = port
        self.apiKeys = apiKeys
        self.hasuraSecret = hasuraSecret
        self.hasuraEndpoints = hasuraEndpoints
        self.eventTypes = eventTypes
        self.unknownKinds = unknownKinds
        self.bodyLimit = bodyLimit
        self.batchLimit = batchLimit
        self.limits = limits
        self.pages = pages
    }
}

extension ServerOptions {
    /// Which event types are accepted over HTTP.
    public enum EventTypes: String, Sendable, CaseIterable {
        /// Every well-formed name.
        case open
        /// Types that this process knows: those that its handlers declare, and those that a listener names exactly.
        /// Others are refused as `unknown-type`.
        case declared
    }

    /// What is done with an effect that is requested over HTTP or by Hasura while no worker handles its kind.
    public enum UnknownKinds: String, Sendable, CaseIterable {
        /// It is refused as `unknown-kind`.
        case refuse
        /// It is stored, and waits visibly for a worker.
        case accept
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
