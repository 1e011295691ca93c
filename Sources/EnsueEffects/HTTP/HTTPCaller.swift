internal import AsyncHTTPClient
internal import Ensue
internal import NIOCore
internal import NIOHTTP1

/// Sends the requests of `http.request`, over connections that they share.
///
/// Every request leaves through ``answer(to:within:)``: what limits where requests may go belongs there.
final class HTTPCaller: Sendable {
    static let policy = HandlerPolicy(
        attempts: 8,
        backoff: .schedule([
            .seconds(5), .seconds(300), .seconds(1800), .seconds(7200), .seconds(18_000), .seconds(36_000),
            .seconds(36_000),
        ]))

    private let options: BuiltInEffects
    private let client: HTTPClient

    init(_ options: BuiltInEffects) {
        self.options = options
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = Self.policy.concurrency
        // Who cannot be reached is tried again by the engine, which notes it in the ledger.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.networkFrameworkWaitForConnectivity = false
        client = HTTPClient(configuration: configuration)
    }

    deinit {
        // Closes idle connections; runs hold the caller, so there are no others. The client keeps itself until then.
        client.shutdown { _ in }
    }

    /// Throws ``Rejection`` or ``RetryLater`` for anything but a 2xx.
    @concurrent
    func call(_ request: SendHTTPRequest, _ context: HandlerContext) async throws -> SendHTTPRequest.Output {
        let host = try SendHTTPRequest.host(of: request.url)
        let limit = request.timeout ?? options.httpTimeout
        let answer: HTTPAnswer?
        do {
            let outgoing = HTTPClientRequest(request, idempotencyKey: context.idempotencyKey)
            answer = try await within(limit, by: options.clock) { try await self.answer(to: outgoing, within: limit) }
        } catch let error as CancellationError {
            throw error
        } catch let error as HTTPClientError where error == .deadlineExceeded {
            answer = nil
        } catch {
            throw RetryLater("no answer from \(host): \(error)", after: .zero)
        }
        guard let answer else { throw RetryLater("no answer from \(host) within \(limit)", after: .zero) }
        return try answer.output(from: host, at: options.clock.now())
    }

    private func answer(to request: HTTPClientRequest, within limit: Duration) async throws -> HTTPAnswer {
        let response = try await client.execute(request, timeout: TimeAmount(limit))
        let status = response.status
        var answer = HTTPAnswer(status: status, headers: response.headers)
        let bodyLimit = (200...299).contains(status.code) ? options.httpResponseLimit : HTTPAnswer.excerptLimit
        // Leaving the loop early closes the connection: nobody reads the rest.
        for try await part in response.body {
            let room = bodyLimit - answer.body.count
            answer.body += part.readableBytesView.prefix(room)
            if part.readableBytes > room {
                answer.isTruncated = true
                break
            }
        }
        return answer
    }
}

extension HTTPClientRequest {
    fileprivate init(_ request: SendHTTPRequest, idempotencyKey: String) {
        self.init(url: request.url)
        method = HTTPMethod(rawValue: request.verb)
        headers = HTTPHeaders(request.headers.map { ($0.key, $0.value) })
        func add(_ name: String, _ value: String) {
            if !headers.contains(name: name) { headers.add(name: name, value: value) }
        }
        add("Idempotency-Key", idempotencyKey)
        add("User-Agent", "Ensue")
        switch request.body {
        case .json(let value):
            add("Content-Type", "application/json")
            body = .bytes(ByteBuffer(string: value.text))
        case .text(let text):
            add("Content-Type", "text/plain; charset=utf-8")
            body = .bytes(ByteBuffer(string: text))
        case nil: break
        }
    }
}

/// Nil, with `work` cancelled, when it takes longer than `limit`.
private func within<Value: Sendable>(
    _ limit: Duration, by clock: any EngineClock, _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value? {
    try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask { try await work() }
        group.addTask {
            try await clock.sleep(for: limit)
            return nil
        }
        defer { group.cancelAll() }
        return try await group.next() ?? nil
    }
}

extension Handlers {
    mutating func handleHTTPRequest(_ caller: HTTPCaller) {
        handle(builtIn: SendHTTPRequest.self, policy: HTTPCaller.policy) { request, context in
            try await caller.call(request, context).json
        }
    }
}
