internal import AsyncHTTPClient
internal import Ensue
internal import NIOCore
internal import NIOHTTP1

/// Calls the stand-in gateway as one would call a real one, over HTTP.
struct GatewayClient: Sendable {
    let port: Milestone<Int>

    func send(_ sms: SendSMS, idempotencyKey: String) async throws -> SendSMS.Output {
        let answer = try await post(try JSONText.encoding(sms), to: "sms", idempotencyKey: idempotencyKey)
        return try answer.decode(SendSMS.Output.self)
    }

    /// Starts an upload that the gateway reports to the URL `completion` when it is done.
    func upload(rateset: JSONValue, completion: String) async throws {
        let body = JSONText(["rateset": rateset, "completion": .string(completion)])
        _ = try await post(body, to: "ratesets", idempotencyKey: nil)
    }

    private func post(_ body: JSONText, to path: String, idempotencyKey: String?) async throws -> JSONText {
        try await Self.post(
            body, to: "http://127.0.0.1:\(try await port.value())/\(path)", idempotencyKey: idempotencyKey)
    }

    /// Throws ``GatewayFailure`` for any status but 2xx.
    static func post(_ body: JSONText, to url: String, idempotencyKey: String? = nil) async throws -> JSONText {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        if let idempotencyKey { request.headers.add(name: "Idempotency-Key", value: idempotencyKey) }
        request.body = .bytes(ByteBuffer(string: body.text))
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
        let answer = String(buffer: try await response.body.collect(upTo: 1 << 16))
        guard (200..<300).contains(response.status.code) else {
            throw GatewayFailure(status: response.status.code, body: answer)
        }
        return try JSONText(parsing: answer)
    }
}

struct GatewayFailure: Error, CustomStringConvertible {
    let status: UInt
    let body: String

    var description: String { "the gateway answered \(status): \(body)" }
}
