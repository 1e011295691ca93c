internal import Ensue
internal import HTTPTypes
internal import Hummingbird

/// What `/openapi.json` says of an endpoint. Method and path are the endpoint's own.
struct Operation: Sendable {
    enum Access: Sendable {
        /// An API key, on a server that has any.
        case key
        /// Nothing at all.
        case open
        /// What the operation's description says, instead of an API key or besides one.
        case other
    }

    /// Unique in the API, in camel case: programs that are generated from the document name their functions so.
    let id: String
    let tag: Tag
    let summary: String
    /// In CommonMark.
    let description: String
    var access = Access.key
    /// Whether an API key has anything to say here.
    var takesKeys = true
    var parameters: [Parameter] = []
    /// Whether the query may hold parameters that are not described.
    var takesAnyQuery = false
    var body: Content?
    /// Beyond the refusals that all operations have in common.
    let answers: [Answer]

    enum Tag: String, Sendable, CaseIterable {
        case events = "Events"
        case effects = "Effects"
        case completions = "Completions"
        case rejections = "Rejections"
        case hooks = "Hooks"
        case server = "Server"

        var description: String {
            switch self {
            case .events: "Facts that have happened: recorded once, never changed, routed to whoever asked for them."
            case .effects:
                "Instructions: each is handled by exactly one handler, and the ledger keeps what became of it."
            case .completions: "How work that was handed to somebody else ended, or how far it is."
            case .rejections: "Deliveries that could not be taken in, kept so that nothing is lost."
            case .hooks: "Deliveries in the formats of other systems."
            case .server: "The server itself."
            }
        }
    }

    /// The query parameters that the endpoint knows; nil if it takes any.
    var queryNames: [String]? {
        takesAnyQuery ? nil : parameters.filter { $0.place == .query }.map(\.name)
    }
}

/// A part of a request's path, query or headers.
struct Parameter: Sendable {
    enum Place: String, Sendable { case path, query, header }

    let name: String
    let place: Place
    let description: String
    let schema: Schema
    var isRequired = false

    static func path(_ name: String, _ description: String, _ schema: Schema) -> Parameter {
        Parameter(name: name, place: .path, description: description, schema: schema, isRequired: true)
    }

    static func query(_ name: String, _ description: String, _ schema: Schema) -> Parameter {
        Parameter(name: name, place: .query, description: description, schema: schema)
    }

    static func header(_ name: String, _ description: String, _ schema: Schema) -> Parameter {
        Parameter(name: name, place: .header, description: description, schema: schema)
    }
}

/// A body, in one or several media types.
struct Content: Sendable {
    struct Form: Sendable {
        let mediaType: String
        let schema: Schema
        var examples: [Example] = []
    }

    struct Example: Sendable {
        /// Unique within its form.
        let name: String
        let value: JSONText

        /// `json` is the body as it is sent.
        init(_ name: String, _ json: String) {
            self.name = name
            value = JSONText(trusted: json)
        }
    }

    let description: String
    var isRequired = true
    var forms: [Form]

    static func json(
        _ description: String, _ schema: Schema, isRequired: Bool = true, examples: [Example] = []
    ) -> Content {
        Content(
            description: description, isRequired: isRequired,
            forms: [Form(mediaType: "application/json", schema: schema, examples: examples)])
    }
}

/// What an endpoint may answer with.
struct Answer: Sendable {
    let status: HTTPResponse.Status
    let description: String
    /// Nil for an answer without a body.
    var form: Content.Form?
    var headers: [Header] = []

    struct Header: Sendable {
        let name: String
        let description: String
        let schema: Schema
    }

    static func json(
        _ status: HTTPResponse.Status, _ description: String, _ schema: Schema, examples: [Content.Example] = [],
        headers: [Header] = []
    ) -> Answer {
        Answer(
            status: status, description: description,
            form: .init(mediaType: "application/json", schema: schema, examples: examples), headers: headers)
    }

    static func empty(_ status: HTTPResponse.Status, _ description: String) -> Answer {
        Answer(status: status, description: description)
    }

    /// A problem document. `names` are the problems that there are with this status.
    static func problem(_ status: HTTPResponse.Status, _ names: String..., because description: String) -> Answer {
        let types = names.map { "`\($0)`" }.joined(separator: ", ")
        return Answer(
            status: status, description: "\(types): \(description)",
            form: .init(mediaType: "application/problem+json", schema: .problem))
    }
}
