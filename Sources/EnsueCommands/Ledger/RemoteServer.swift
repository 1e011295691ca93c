internal import ArgumentParser
internal import AsyncHTTPClient
internal import Ensue
internal import Foundation
internal import HTTPTypes
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// A server that is asked over the network.
struct RemoteServer: Sendable {
    /// Its address, without a user's name or password.
    let name: String
    private let base: String
    private let apiKey: String?
    private let client: HTTPClient

    /// Nobody waits for a server that is not there.
    private static var configuration: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: .seconds(10)))
        configuration.connectionPool.retryConnectionEstablishment = false
        return configuration
    }

    init(_ address: String, apiKey: String?) throws {
        let components = try Self.address(address)
        base = components.string.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 } ?? address
        var shown = components
        shown.user = nil
        shown.password = nil
        name = shown.string ?? base
        self.apiKey = apiKey
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: Self.configuration)
    }

    func close() async throws { try await client.shutdown() }

    static func address(_ text: String) throws -> URLComponents {
        guard let components = URLComponents(string: text),
            ["http", "https"].contains(components.scheme?.lowercased()),
            components.host?.isEmpty == false, components.query == nil, components.fragment == nil
        else {
            throw ValidationError("--server is an address such as http://127.0.0.1:8080 or https://ensue.example.org")
        }
        return components
    }

    /// A look that waits is answered within a minute.
    private static let timeout = TimeAmount.seconds(90)
    /// A page of a list is never this long.
    private static let answerLimit = 256 << 20

    func exchange(_ request: HTTPRequest, _ body: ByteBuffer) async throws -> (response: HTTPResponse, body: ByteBuffer)
    {
        var outgoing = HTTPClientRequest(url: base + (request.path ?? "/"))
        outgoing.method = HTTPMethod(rawValue: request.method.rawValue)
        for field in request.headerFields { outgoing.headers.add(name: field.name.rawName, value: field.value) }
        if let apiKey { outgoing.headers.add(name: "Authorization", value: "Bearer \(apiKey)") }
        if body.readableBytes > 0 { outgoing.body = .bytes(body) }
        do {
            let answer = try await client.execute(outgoing, timeout: Self.timeout)
            let bytes = try await answer.body.collect(upTo: Self.answerLimit)
            return (HTTPResponse(status: .init(code: Int(answer.status.code))), bytes)
        } catch let error as CancellationError {
            throw error
        } catch {
            throw CommandFailure(explanation(of: error), status: .unreachable)
        }
    }

    private func explanation(of error: any Error) -> String {
        let cause = (error as? NIOConnectionError)?.connectionErrors.first?.error ?? error
        if let error = cause as? IOError, error.errnoCode == ECONNREFUSED {
            return "\(name): connection refused; is `\(RootCommand.programName) serve` running there?"
        }
        if let error = cause as? IOError {
            return "cannot reach \(name): \(String(cString: strerror(error.errnoCode)))"
        }
        switch error {
        case let error as HTTPClientError where error == .remoteConnectionClosed:
            return "\(name) closed the connection before it answered; is it being stopped?"
        case let error as HTTPClientError where error == .connectTimeout:
            return "\(name) does not answer; is `\(RootCommand.programName) serve` running there?"
        case let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout:
            return "\(name) took too long to answer"
        case let error as NIOConnectionError where error.connectionErrors.isEmpty:
            return "the host of \(name) is not known"
        default: return "cannot reach \(name): \(error)"
        }
    }
}
