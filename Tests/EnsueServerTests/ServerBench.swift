import Ensue
import EnsueSQLite
import EnsueTesting
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Testing

@testable import EnsueServer

/// A server on a store in a file of its own, which is gone afterwards.
struct ServerBench {
    let engine: Engine
    let server: EnsueServer
    /// Fails where the test says so, and counts calls.
    let store: FaultingStore
    let log = LogRecorder()

    static func with(
        _ handlers: Handlers = .samples, options: ServerOptions = ServerOptions(),
        _ test: (ServerBench) async throws -> Void
    ) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "ensue-server-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer {
            do { try FileManager.default.removeItem(at: directory) } catch { Issue.record(error) }
        }
        let store = FaultingStore(try SQLiteStore(path: directory.appending(path: "test.db").path))
        try await test(try ServerBench(store: store, handlers: handlers, options: options))
    }

    private init(store: FaultingStore, handlers: Handlers, options: ServerOptions) throws {
        let logger = log.logger
        self.store = store
        engine = try Engine(store: store, handlers: handlers, logger: logger)
        server = EnsueServer(engine: engine, options: options, logger: logger)
    }

    /// How far a request travels.
    enum Depth: CaseIterable, Sendable {
        /// Straight to the router.
        case router
        /// Through a socket and the whole server.
        case live

        fileprivate var setup: TestingSetup { self == .router ? .router : .live }
    }

    func call(
        at depth: Depth = .router, _ test: @Sendable (any TestClientProtocol) async throws -> Void
    ) async throws {
        try await server.application().test(depth.setup, test)
    }

    /// For one request.
    func answer(
        at depth: Depth = .router, _ test: @Sendable (any TestClientProtocol) async throws -> Answer
    ) async throws -> Answer {
        try await server.application().test(depth.setup, test)
    }

    /// The same while the engine works.
    func working<Value: Sendable>(
        _ test: @escaping @Sendable (any TestClientProtocol) async throws -> Value
    ) async throws -> Value {
        let (engine, application) = (engine, server.application())
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask {
                try await engine.run()
                return nil
            }
            group.addTask { try await application.test(.router, test) }
            defer { group.cancelAll() }
            while let value = try await group.next() {
                if let value { return value }
            }
            throw Ended()
        }
    }

    private struct Ended: Error {}
}

extension Handlers {
    /// `sms.send` completes, `publish_rateset` demands a number.
    static var samples: Handlers {
        var handlers = Handlers()
        handlers.handle("sms.send") { payload, _ in .completed(["sent": payload]) }
        handlers.handle(
            "publish_rateset",
            accepting: { payload in try require(payload["RATESET"]?.double != nil, "RATESET must be a number") }
        ) { _, _ in .completed(.null) }
        handlers.declare(PollCompleted.self)
        return handlers
    }
}

struct PollCompleted: Event {
    static let eventType: EventType = "polls.PollCompleted"
    var score: Int
    func validate() throws { try require(score >= 0, "score must not be negative") }
}

extension TestClientProtocol {
    func post(_ uri: String, _ body: String, _ headers: [String: String] = [:]) async throws -> Answer {
        var fields: HTTPFields = [.contentType: "application/json"]
        for (name, value) in headers { fields[try #require(HTTPField.Name(name))] = value }
        return try Answer(
            try await executeRequest(uri: uri, method: .post, headers: fields, body: ByteBuffer(string: body)))
    }

    func get(_ uri: String, _ headers: [String: String] = [:]) async throws -> Answer {
        var fields = HTTPFields()
        for (name, value) in headers { fields[try #require(HTTPField.Name(name))] = value }
        return try Answer(try await executeRequest(uri: uri, method: .get, headers: fields, body: nil))
    }
}

/// A response with its body as JSON; null if there is none.
struct Answer: Sendable {
    let status: Int
    let headers: HTTPFields
    let text: String
    let json: JSONValue

    init(_ response: TestResponse) throws { try self.init(response.head, response.body) }

    init(_ response: HTTPResponse, _ body: ByteBuffer) throws {
        status = response.status.code
        headers = response.headerFields
        text = String(buffer: body)
        json = text.isEmpty ? .null : try JSONValue(parsing: text)
    }

    subscript(member: String) -> JSONValue? { json[member] }

    /// The name of the problem, once it is known to be a well-formed one.
    var problem: String {
        #expect(headers[.contentType] == "application/problem+json")
        #expect(json["status"]?.int == status)
        #expect(json["title"]?.string?.isEmpty == false)
        #expect(json["detail"]?.string?.isEmpty == false)
        return (json["type"]?.string ?? "").replacing("urn:ensue:problem:", with: "")
    }

    var detail: String { self["detail"]?.string ?? "" }
}
