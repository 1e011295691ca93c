public import Ensue

/// How the built-in kinds of effect work. The defaults suit production.
public struct BuiltInEffects: Sendable {
    /// How long an HTTP request may take as a whole, where its payload does not say.
    public var httpTimeout: Duration
    /// How many bytes of the body of an HTTP response are kept as output.
    public var httpResponseLimit: Int
    /// Measures timeouts, and tells how far away a date in `Retry-After` is.
    public var clock: any EngineClock

    public init(
        httpTimeout: Duration = .seconds(30), httpResponseLimit: Int = 65_536, clock: any EngineClock = SystemClock()
    ) {
        self.httpTimeout = httpTimeout
        self.httpResponseLimit = max(httpResponseLimit, 0)
        self.clock = clock
    }
}

extension Handlers {
    /// Handles the kinds that need nothing but this library: `log`, `event.record` and `http.request`.
    ///
    /// Payloads with unknown fields are refused before they are acknowledged. Connections are closed when nothing
    /// holds these handlers any more; there is nothing to shut down.
    public mutating func addBuiltInEffects(_ options: BuiltInEffects = BuiltInEffects()) {
        handleLog()
        handleEventRecord()
        handleHTTPRequest(HTTPCaller(options))
    }
}
