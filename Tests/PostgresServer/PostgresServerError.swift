/// What went wrong with a server, a pooler or a proxy of the tests, as text for whoever reads the test's output.
public struct PostgresServerError: Error, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
