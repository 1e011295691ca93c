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
    /// The endpoints `/hooks/hasura/{name}`.
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
