public import Ensue

/// Sends an HTTP request: the kind `http.request`.
///
/// In JSON, `json` or `text` is the body, and `timeout` is in seconds.
///
/// A 2xx completes it. Timeouts, connection errors, 408, 425, 429 and 5xx are tried again, not before `Retry-After`
/// has passed, which is heeded up to a day; the schedule is that of Standard Webhooks. Any other answer fails it for
/// good; redirects are not followed. All runs carry the same `Idempotency-Key`.
public struct SendHTTPRequest: Effect {
    public static let kind: EffectKind = "http.request"

    public enum Body: Sendable, Hashable {
        /// Sent as `application/json`, numbers to the digit. Null is a body as well: `null`.
        case json(JSONValue)
        /// Sent as `text/plain; charset=utf-8`.
        case text(String)
    }

    /// What came back.
    public struct Output: Codable, Sendable, Hashable {
        public let status: Int
        /// By names in lower case; values of a header that was sent more than once are joined by `", "`.
        public let headers: [String: String]
        /// The value, where the content type is JSON; otherwise a string.
        public let body: JSONValue
        /// `"base64"` where the body is not UTF-8.
        public let encoding: String?
        /// True where the body was longer than the limit, and is cut there.
        public let truncated: Bool?
    }

    public var url: String
    /// Nil: `POST` with a body, `GET` without.
    public var method: String?
    /// Sent in place of those that would be sent otherwise, such as `Content-Type` and `Idempotency-Key`.
    public var headers: [String: String]
    public var body: Body?
    /// More than nothing, and at most 300 seconds; nil means the worker's default.
    public var timeout: Duration?

    public init(
        _ url: String, method: String? = nil, headers: [String: String] = [:], body: Body? = nil,
        timeout: Duration? = nil
    ) {
        self.url = url
        self.method = method
        self.headers = headers
        self.body = body
        self.timeout = timeout
    }

    /// What is sent as the method.
    var verb: String { method?.uppercased() ?? (body == nil ? "GET" : "POST") }
}

extension SendHTTPRequest: BuiltInEffect {
    static let fields = CodingKeys.allCases.map(\.rawValue)

    init(_ payload: PayloadFields) throws(Invalid) {
        url = try payload.requiredString("url")
        method = try payload.string("method")
        headers = try payload.stringMembers("headers") ?? [:]
        switch (payload.value("json"), try payload.string("text")) {
        case (.some, .some): throw Invalid("'json' and 'text' are both given; a request has one body")
        case (let json?, nil): body = .json(json)
        case (nil, let text?): body = .text(text)
        case (nil, nil): body = nil
        }
        timeout = try payload.number("timeout").map { seconds throws(Invalid) in
            guard Self.timeouts.contains(seconds) else { throw Self.badTimeout }
            return .seconds(seconds)
        }
    }
}

extension SendHTTPRequest: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable { case method, url, headers, json, text, timeout }

    public init(from decoder: any Decoder) throws { try self.init(payload: JSONValue(from: decoder)) }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(url, forKey: .url)
        try container.encodeIfPresent(method, forKey: .method)
        if !headers.isEmpty { try container.encode(headers, forKey: .headers) }
        switch body {
        case .json(let value): try container.encode(value, forKey: .json)
        case .text(let text): try container.encode(text, forKey: .text)
        case nil: break
        }
        try container.encodeIfPresent(timeout?.seconds, forKey: .timeout)
    }
}

extension SendHTTPRequest.Output {
    /// As it is stored: through an encoder, long numbers would lose digits.
    var json: JSONValue {
        var members: [String: JSONValue] = [
            "status": .number(JSONNumber(status)), "headers": .object(headers.mapValues(JSONValue.string)),
            "body": body,
        ]
        members["encoding"] = encoding.map(JSONValue.string)
        members["truncated"] = truncated.map(JSONValue.bool)
        return .object(members)
    }
}
