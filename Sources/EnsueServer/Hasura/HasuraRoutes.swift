internal import Ensue
internal import HTTPTypes

/// Which endpoints for Hasura there are.
struct HasuraRoutes: Sendable {
    private let endpoints: [String: HasuraEndpoint]

    init(_ endpoints: [HasuraEndpoint]) {
        self.endpoints = Dictionary(endpoints.map { ($0.name, $0) }) { _, last in last }
    }

    static let path = "/hooks/hasura"

    func endpoint(_ name: String) throws(Problem) -> HasuraEndpoint {
        if let endpoint = endpoints[name] { return endpoint }
        let known = endpoints.keys.sorted().map { "'\($0)'" }.joined(separator: ", ")
        throw .notFound(
            "there is no Hasura endpoint '\(name.prefix(100))'; "
                + (known.isEmpty ? "none is configured" : "what is configured: \(known)"))
    }

    /// Where a delivery came in, as a rejection keeps it: `/hooks/hasura`, `/hooks/hasura?as=event`,
    /// `/hooks/hasura/orders`.
    static func source(as mapping: HasuraEndpoint.Mapping?) -> String {
        path + (mapping.map { "?as=\($0.rawValue)" } ?? "")
    }

    static func source(_ endpoint: HasuraEndpoint) -> String { "\(path)/\(endpoint.name)" }

    /// How a delivery from `source` is taken now. Nil if there is no such endpoint, or none for Hasura.
    func mapping(ofSource source: String) -> HasuraEndpoint.Mapping? {
        let ways = [nil] + HasuraEndpoint.Mapping.allCases.map { $0 as HasuraEndpoint.Mapping? }
        if let way = ways.first(where: { Self.source(as: $0) == source }) { return way ?? .automatic }
        return endpoints.values.first { Self.source($0) == source }?.mapping
    }
}
