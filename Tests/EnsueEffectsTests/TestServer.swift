import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// A real HTTP server on a free port, which keeps what it receives.
final class TestServer: Sendable {
    struct Received: Sendable {
        let method: String
        let path: String
        let headers: HTTPFields
        let body: String

        func header(_ name: String) -> [String] {
            headers.filter { $0.name.canonicalName == name }.map(\.value)
        }
    }

    typealias Answer = @Sendable (Received) async throws -> Response

    private let answer: Answer
    private let address = Mutex("")
    private let log = Mutex<[Received]>([])

    fileprivate init(_ answer: @escaping Answer) { self.answer = answer }

    /// Such as `127.0.0.1:49152`.
    var host: String { address.withLock { $0 } }
    var received: [Received] { log.withLock { $0 } }

    fileprivate func run(onRunning: @escaping @Sendable () -> Void) async throws {
        let responder = CallbackResponder<BasicRequestContext> { [self] request, _ in
            let received = Received(
                method: request.method.rawValue, path: request.uri.string, headers: request.headers,
                body: String(buffer: try await request.body.collect(upTo: 1_000_000)))
            log.withLock { $0.append(received) }
            return try await answer(received)
        }
        let application = Application(
            responder: responder, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { [self] channel in
                address.withLock { $0 = "127.0.0.1:\(channel.localAddress?.port ?? 0)" }
                onRunning()
            },
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        try await application.run()
    }
}

/// Runs a server for as long as `body` takes.
func withServer<Value: Sendable>(
    answering answer: @escaping TestServer.Answer, _ body: (TestServer) async throws -> Value
) async throws -> Value {
    let server = TestServer(answer)
    let (running, signal) = AsyncStream<Void>.makeStream()
    return try await withThrowingTaskGroup { group in
        group.addTask {
            defer { signal.finish() }
            do { try await server.run { signal.yield() } } catch is CancellationError {}
        }
        for await _ in running { break }
        let value = try await body(server)
        group.cancelAll()
        try await group.waitForAll()
        return value
    }
}

extension Response {
    init(_ status: HTTPResponse.Status, _ headers: HTTPFields = [:], _ body: String = "") {
        self.init(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: body)))
    }

    static func json(_ text: String, _ status: HTTPResponse.Status = .ok) -> Response {
        Response(status, [.contentType: "application/json"], text)
    }
}

/// Returns when the task is cancelled, and no sooner.
func waitForCancellation() async {
    let (never, continuation) = AsyncStream<Void>.makeStream()
    for await _ in never {}
    withExtendedLifetime(continuation) {}
}
