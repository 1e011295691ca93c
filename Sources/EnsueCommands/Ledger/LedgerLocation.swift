internal import ArgumentParser
internal import Ensue
internal import EnsuePostgres
internal import EnsueServer
internal import Foundation
internal import Logging

/// Which ledger a command is about: that of a store, or that of a server.
struct LedgerLocation: ParsableArguments {
    @OptionGroup var store: StoreLocation

    @Option(help: "The address of a server, such as http://127.0.0.1:8080, instead of a store.")
    var server: String?

    @Option(
        help: """
            The API key that the server asks for; --key works too, where it means nothing else. Other users of the \
            machine can see arguments: $ENSUE_API_KEY is the better place.
            """)
    var apiKey: String?

    @Option(
        help: "The account. (default: the API key's, or else 'default')",
        transform: { try Account($0) })
    var account: Account?

    func validate() throws {
        guard server == nil || store.given == nil else {
            throw ValidationError("give --store or --server, not both: the server has a store of its own")
        }
        if let server { _ = try RemoteServer.address(server) }
    }

    /// Whether a command looks on, or brings a store into being.
    enum Use { case existing, creating }

    /// Does something with the ledger, and closes what had to be opened for it.
    func withLedger<Value>(_ use: Use = .existing, _ body: (Ledger) async throws -> Value) async throws -> Value {
        if let server {
            let remote = try RemoteServer(server, apiKey: apiKey)
            return try await body(
                Ledger(
                    name: remote.name, account: account, hasAPIKey: apiKey != nil,
                    exchange: { try await remote.exchange($0, $1) }))
        }
        let logger = Logger(label: "ensue", level: .error)
        let opened = try await store.open(logger: logger, createsFile: use == .creating)
        let value: Value
        do {
            let engine = try Engine(store: opened, handlers: EnsueCommandLine.handlers, logger: logger)
            let server = EnsueServer(engine: engine, options: .trusting, logger: logger)
            value = try await body(
                Ledger(
                    name: opened.identity.name, account: account, hasAPIKey: false,
                    exchange: { await server.respond(to: $0, body: $1) }))
        } catch {
            await (opened as? PostgresStore)?.close()
            throw error
        }
        await (opened as? PostgresStore)?.close()
        return value
    }
}

extension ServerOptions {
    /// For requests of the very person who owns the store.
    fileprivate static var trusting: ServerOptions { ServerOptions(bodyLimit: 64 << 20) }
}
