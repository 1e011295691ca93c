import AsyncHTTPClient
import Ensue
import NIOCore
import NIOHTTP1

/// What somebody else's server answered.
struct Answer: Sendable, CustomStringConvertible {
    let status: Int
    let body: String

    var isSuccess: Bool { (200..<300).contains(status) }
    /// Whether another try may be answered otherwise.
    var isPassing: Bool { status == 429 || status >= 500 }
    var description: String { "\(status): \(body)" }
}

/// Thrown where another try is worth while: the policy of the handler's kind decides when.
struct NotAnswered: Error, CustomStringConvertible {
    let description: String
}

func post(_ body: JSONText, to url: String, idempotencyKey: String) async throws -> Answer {
    var request = HTTPClientRequest(url: url)
    request.method = .POST
    request.headers.add(name: "Content-Type", value: "application/json")
    request.headers.add(name: "Idempotency-Key", value: idempotencyKey)
    request.body = .bytes(ByteBuffer(string: body.text))
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(5))
    let bytes = try await response.body.collect(upTo: 1 << 16)
    return Answer(status: Int(response.status.code), body: String(buffer: bytes))
}
