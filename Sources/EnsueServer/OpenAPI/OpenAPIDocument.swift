internal import Ensue
internal import HTTPTypes
internal import Hummingbird

/// The description of the API in OpenAPI 3.1, made from the endpoints that the router has.
struct OpenAPIDocument: Sendable {
    let endpoints: [any Endpoint.Type]

    private static let keyScheme = "apiKey"
    private static let introduction = """
        Ensue keeps events (facts) and effects (instructions) as rows of a ledger. What is acknowledged is durable.

        Errors are problem documents (RFC 9457) whose `type` is `urn:ensue:problem:<name>`. Ids are strings. Times are \
        ISO 8601 in UTC. Answers may get further members; unknown members of a request are refused. Everything belongs \
        to an account, which the API key or the header `Ensue-Account` names. Every POST under `/v1` demands a JSON \
        content type. A known path with another method is answered 405 (`method-not-allowed`), a URL or header that is \
        too large 431 (`header-too-large`).
        """

    var json: JSONText {
        var document = JSONMembers()
        document.add("openapi", text: "3.1.0")
        document.add("info", info)
        document.add("tags", Operation.Tag.allCases.map(\.members))
        document.add("paths", paths)
        document.add("components", components)
        return document.object
    }

    private var info: JSONMembers {
        var info = JSONMembers()
        info.add("title", text: "Ensue")
        info.add("version", text: "1")
        info.add("description", text: Self.introduction)
        return info
    }

    private var paths: JSONMembers {
        var paths = JSONMembers()
        var written: Set<String> = []
        for path in endpoints.map({ "\($0.pattern)" }) where written.insert(path).inserted {
            var item = JSONMembers()
            for endpoint in endpoints where "\(endpoint.pattern)" == path {
                item.add(endpoint.method.rawValue.lowercased(), endpoint.operation.members(Self.keyScheme))
            }
            paths.add(path, item)
        }
        return paths
    }

    private var components: JSONMembers {
        var definitions: [String: Schema] = [:]
        for endpoint in endpoints { definitions.merge(endpoint.operation.definitions) { first, _ in first } }
        var schemas = JSONMembers()
        for (name, schema) in definitions.sorted(by: { $0.key < $1.key }) { schemas.add(name, schema.json) }
        var components = JSONMembers()
        components.add("schemas", schemas)
        components.add("securitySchemes", securitySchemes)
        return components
    }

    private var securitySchemes: JSONMembers {
        var scheme = JSONMembers()
        scheme.add("type", text: "http")
        scheme.add("scheme", text: "bearer")
        scheme.add("description", text: "An API key, `ensue_sk_…`. A server that has no keys lets in its own machine.")
        var schemes = JSONMembers()
        schemes.add(Self.keyScheme, scheme)
        return schemes
    }
}

extension Operation.Tag {
    fileprivate var members: JSONMembers {
        var members = JSONMembers()
        members.add("name", text: rawValue)
        members.add("description", text: description)
        return members
    }
}
