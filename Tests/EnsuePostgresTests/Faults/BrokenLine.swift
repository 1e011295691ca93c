import Ensue
import Foundation
import Logging
import PostgresServer
import Testing

@testable import EnsuePostgres

/// A store behind a line that breaks when told to, and the same database over one that does not.
struct BrokenLine: Sendable {
    static let kind: EffectKind = "test.work"
    static let listenerKind: EffectKind = "listener.all"
    static let worker = WorkerID(rawValue: 1)

    let database: TemporarySchema
    let store: PostgresStore
    private let proxy: FaultyProxy

    /// Lets `body` work with a store in a schema of its own, with a worker that has joined and listens for all events.
    static func working(_ body: (BrokenLine) async throws -> Void) async throws {
        let database = try await TemporarySchema.make()
        let proxy = try await FaultyProxy.start(to: database.server.port)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let address = "\(proxy.address())?ensue_schema=\(database.name)&ensue_listen=off"
        let store = try await PostgresStore(address, logger: logger)
        let line = BrokenLine(database: database, store: store, proxy: proxy)
        let result: Result<Void, any Error>
        do {
            try await store.join(
                WorkerRegistration(
                    id: worker, name: "test", kinds: [kind: .standard, listenerKind: .standard],
                    rules: [Rule(name: "all", pattern: .glob("test.*"), kind: listenerKind, order: 1)],
                    lease: .seconds(600)))
            result = .success(try await body(line))
        } catch {
            result = .failure(error)
        }
        await store.close()
        try await database.drop()
        try result.get()
    }

    /// Lets `body` lose its connection to the server once: when that has answered to what contains `text`, or to what is
    /// sent first. Fails if nothing was sent that does.
    func breaking<Value>(at text: String?, _ body: () async throws -> Value) async throws -> Value {
        await cut(at: text)
        let value = try await body()
        #expect(await !proxy.isArmed, "nothing was cut")
        return value
    }

    /// The next to send `text` loses its connection once the server has answered; without a text, whoever sends first.
    func cut(at text: String?) async {
        // On a new connection statements are sent as texts; later by the names of what was prepared.
        await proxy.cut()
        if let text { await proxy.cut(swallowingAnswerTo: text) } else { await proxy.cutBeforeNextAnswer() }
    }

    func claim(_ limit: Int, lease: Int64) async throws -> [ClaimedEffect] {
        try await store.claim(
            Claim(
                worker: Self.worker, firstLease: LeaseID(rawValue: lease),
                quotas: [.init(kind: Self.kind, limit: limit), .init(kind: Self.listenerKind, limit: limit)],
                lease: .seconds(600)))
    }

    func count(_ sql: String) async throws -> Int64 { try await database.rows(sql) { $0.int(0) }[0] }
}

extension EffectRequest {
    static func work(key: String? = nil) -> EffectRequest {
        EffectRequest(kind: BrokenLine.kind, payload: .emptyObject, key: key)
    }
}

extension EventDraft {
    static func happened(key: String? = nil) -> EventDraft {
        EventDraft(type: "test.Happened", data: .emptyObject, key: key)
    }
}

extension SettledRun {
    static func completed(_ claimed: ClaimedEffect) -> SettledRun {
        SettledRun(of: claimed, startedAt: nil, transition: Transition(to: .ended(.completed)))
    }
}
