import Ensue
import HTTPTypes
import Hummingbird
import NIOCore

/// Stands in for a company that sends text messages and that is sometimes overloaded.
///
/// `POST /messages` answers 503 to the first two tries of each `Idempotency-Key`; then it sends the message, once, and
/// gives the same answer ever after. `GET /messages` tells what was sent.
actor StandInGateway {
    private let port: Int
    private var tries: [String: Int] = [:]
    private var sent: [JSONValue] = []

    init(port: Int) { self.port = port }

    func run() async throws {
        let router = Router()
        router.post("/messages") { request, _ in
            guard let name = HTTPField.Name("Idempotency-Key"), let key = request.headers[name] else {
                throw HTTPError(.badRequest, message: "an Idempotency-Key is needed")
            }
            let body = try await request.body.collect(upTo: 1 << 16)
            return await self.take(try JSONValue(parsing: body.readableBytesView), key: key)
        }
        router.get("/messages") { _, _ in Self.answer(.ok, .array(await self.sent)) }
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: port)))
        try await application.runService()
    }

    private func take(_ sms: JSONValue, key: String) -> Response {
        let number = (tries[key] ?? 0) + 1
        tries[key] = number
        print("try \(number) of \(key): \(sms.text)")
        guard number > 2 else { return Self.answer(.serviceUnavailable, ["error": "overloaded, try again"]) }
        if number == 3 { sent.append(sms) }
        return Self.answer(.ok, ["message": .string("message-of-\(key)")])
    }

    private static func answer(_ status: HTTPResponse.Status, _ body: JSONValue) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(string: body.text + "\n")))
    }
}
