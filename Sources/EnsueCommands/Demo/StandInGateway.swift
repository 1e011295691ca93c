internal import Ensue
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import ServiceLifecycle
internal import Synchronization

/// Stands in for the services that a real system would call, on a port of its own.
///
/// `POST /sms` answers 503 to the first two tries of each idempotency key and then 200, the same answer ever after.
/// `POST /ratesets` takes work that is reported to a URL one second later.
final class StandInGateway: Service {
    private struct Upload: Sendable {
        let rateset: JSONValue
        let completion: String
    }

    /// The port, once it is known.
    let port = Milestone<Int>()
    private let tries = Mutex<[String: Int]>([:])
    private let uploads = AsyncStream.makeStream(of: Upload.self)
    private let live: LiveLines
    private let logger: Logger

    init(live: LiveLines, logger: Logger) {
        self.live = live
        self.logger = logger
    }

    func run() async throws {
        let router = Router()
        router.post("/sms") { request, _ in try self.sms(request) }
        router.post("/ratesets") { request, _ in try await self.take(request) }
        let port = port
        let application = Application(
            router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            services: [Reporter(gateway: self)],
            onServerRunning: { channel in if let number = channel.localAddress?.port { port.reach(number) } },
            logger: logger)
        try await application.run()
    }

    private func sms(_ request: Request) throws -> Response {
        guard let name = HTTPField.Name("Idempotency-Key"), let key = request.headers[name] else {
            throw HTTPError(.badRequest, message: "an Idempotency-Key is needed")
        }
        let number = tries.withLock { tries in
            tries[key, default: 0] += 1
            return tries[key, default: 0]
        }
        guard number > 2 else { return Self.answer(.serviceUnavailable, "overloaded, try again") }
        return Self.answer(.ok, ["messageID": .string("message-of-\(key)")])
    }

    private func take(_ request: Request) async throws -> Response {
        let body = try JSONValue(parsing: try await request.body.collect(upTo: 1 << 16).readableBytesView)
        guard let rateset = body["rateset"], let completion = body["completion"]?.string else {
            throw HTTPError(.badRequest, message: "rateset and completion are needed")
        }
        uploads.continuation.yield(Upload(rateset: rateset, completion: completion))
        return Self.answer(.accepted, ["accepted": true])
    }

    private static func answer(_ status: HTTPResponse.Status, _ body: JSONValue) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(string: body.text)))
    }

    /// Reports each upload to whoever asked for it, a second after it was taken.
    private struct Reporter: Service {
        let gateway: StandInGateway

        func run() async throws {
            await withDiscardingTaskGroup { group in
                for await upload in gateway.uploads.stream.cancelOnGracefulShutdown() {
                    group.addTask { await gateway.report(upload) }
                }
                group.cancelAll()
            }
        }
    }

    private func report(_ upload: Upload) async {
        do {
            try await Task.sleep(for: .seconds(1))
            let url: JSONValue = ["url": .string("s3://rates/\(upload.rateset.text)")]
            let answer = try await GatewayClient.post(
                JSONText(["outcome": "completed", "output": url]), to: upload.completion)
            live.showCompletion(
                of: try answer.parsed()["id"]?.string ?? "?", .publishRateset, by: "the gateway's callback")
        } catch is CancellationError {
            return
        } catch {
            logger.warning("the stand-in could not report an upload", metadata: ["error": "\(error)"])
        }
    }
}
