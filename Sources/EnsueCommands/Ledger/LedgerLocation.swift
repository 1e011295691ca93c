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
            The API key that the server asks for, ensue_sk_…; --key is short for it, also where it is the key of \
            an event or effect, which never begins so. Other users of the machine can see arguments: $ENSUE_KEY, or \
            'key' in a configuration file, is the better place.
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
        guard let server else { return }
        _ = try RemoteServer.address(server)
        guard let apiKey, !apiKey.hasPrefix("ensue_sk_") else { return }
        throw ValidationError(
            apiKey.contains("=ensue_sk_")
                ? "--api-key begins with ensue_sk_; the account before it is for the server alone: serve --api-key"
                : "--api-key begins with ensue_sk_; `\(RootCommand.programName) key` makes one for a server")
    }

    /// Whether a command looks on, or brings a store into being.
    enum Use { case existing, creating }

    /// Does something with the ledger, and closes what had to be opened for it.
    func withLedger<Value>(_ use: Use = .existing, _ body: (Ledger) async throws -> Value) async throws -> Value {
        if let server { return try await with(try RemoteServer(server, apiKey: apiKey), body) }
        let logger = Logger(label: "ensue", level: .error)
        return try await with(try await store.open(logger: logger, createsFile: use == .creating), logger, body)
    }

    private func with<Value>(_ server: RemoteServer, _ body: (Ledger) async throws -> Value) async throws -> Value {
        let ledger = Ledger(
            name: server.name, account: account, hasAPIKey: apiKey != nil,
            exchange: { try await server.exchange($0, $1) })
        let value: Value
        do { value = try await body(ledger) } catch {
            try await server.close()
            throw error
        }
        try await server.close()
        return value
    }

    private func with<Value>(
        _ opened: any Store, _ logger: Logger, _ body: (Ledger) async throws -> Value
    ) async throws -> Value {
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
