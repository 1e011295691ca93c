import Ensue
import EnsueTesting
import HummingbirdTesting
import Testing

@testable import EnsueServer

/// What a server and its clients owe each other on a connection.
@Suite(.timeLimit(.minutes(1)))
struct ConnectionTests {
    private static let event = #"{"type":"a.B","data":1}"#

    private static func connected(
        _ change: (inout ServerLimits) -> Void = { _ in },
        _ test: @escaping @Sendable (RawConnection, any TestClientProtocol) async throws -> Void
    ) async throws {
        var limits = ServerLimits()
        change(&limits)
        try await ServerBench.with(options: ServerOptions(limits: limits)) { bench in
            try await bench.call(at: .live) { client in
                try await test(try RawConnection(port: try #require(client.port)), client)
            }
        }
    }

    private static func post(_ fields: String, _ body: String = event, version: String = "1.1") -> String {
        "POST /v1/events HTTP/\(version)\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\(fields)\r\n"
    }

    @Test(arguments: [
        ("GET", "/v1/effects/1?wait=1"), ("HEAD", "/v1/effects/1?wait=0.5"), ("GET", "/v1/effects/1?%77ait=60"),
        ("GET", "/v1/effects/1?wait=%36%30"),
    ])
    func `what waits is known as such`(method: String, target: String) {
        #expect(WaitingRequest.isOne(method, target))
    }

    @Test(arguments: [
        ("POST", "/v1/effects/1?wait=1"), ("GET", "/v1/effects/1"), ("GET", "/v1/effects/1?wait=0"),
        ("GET", "/v1/effects/1?wait=x"), ("GET", "/v1/effects?wait=1"), ("GET", "/v1/events/1?wait=1"),
        ("GET", "/v1/effects/1?await=1"), ("GET", "/v1/effects/1/trace?wait=1"), ("GET", "/v1/effects/1?wait=61"),
    ])
    func `what does not wait cannot pretend to`(method: String, target: String) {
        #expect(!WaitingRequest.isOne(method, target))
    }

    @Test func `a client that is gone is not waited for`() async throws {
        var limits = ServerLimits()
        limits.waitingRequests = 1
        try await ServerBench.with(options: ServerOptions(limits: limits)) { bench in
            _ = try await bench.store.request([.init(kind: "sms.send", payload: .emptyObject)])
            try await bench.call(at: .live) { client in
                var waiting: RawConnection? = try RawConnection(port: try #require(client.port))
                func status() async throws -> Int { try await client.get("/v1/effects/1?wait=0.001").status }
                try await eventually("the place is taken") {
                    // The looks themselves may have taken it.
                    try waiting?.send("GET /v1/effects/1?wait=60 HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    return try await status() == 503
                }
                #expect(waiting != nil)
                waiting = nil
                try await eventually("the place is free") { try await status() == 200 }
            }
        }
    }

    @Test func `an answer to HEAD has no body, whatever it says`() async throws {
        try await Self.connected { connection, _ in
            try connection.send("HEAD /v1/effects/9 HTTP/1.1\r\nHost: localhost\r\n\r\n")
            try connection.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            let text = try await connection.text(until: "alive")
            #expect(text.hasPrefix("HTTP/1.1 404"))
            #expect(text.contains("\r\n\r\nHTTP/1.1 200"))
        }
    }

    @Test func `an answer to HEAD has no body under load either`() async throws {
        try await Self.connected({ $0.requests = 0 }) { connection, _ in
            try connection.send("HEAD /v1/effects/9 HTTP/1.1\r\nHost: localhost\r\n\r\n")
            try connection.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            let text = try await connection.text(until: "alive")
            #expect(text.hasPrefix("HTTP/1.1 503"))
            #expect(text.contains("\r\n\r\nHTTP/1.1 200"))
        }
    }

    @Test(arguments: [0, 512], ["1.0", "1.1"])
    func `a connection that is to be closed is closed`(requests: Int, version: String) async throws {
        try await Self.connected({ $0.requests = requests }) { connection, _ in
            let fields = version == "1.1" ? "Connection: Close\r\n" : ""
            try connection.send(Self.post(fields, version: version) + Self.event)
            let text = try await connection.textUntilClosed()
            #expect(text.hasPrefix("HTTP/1.1 \(requests == 0 ? 503 : 202)"))
            #expect(text.lowercased().contains("connection: close"))
        }
    }

    @Test func `who asks before it sends a body is told to go on`() async throws {
        try await Self.connected { connection, _ in
            for round in 1...2 {
                try connection.send(Self.post("Expect: 100-continue\r\n"))
                try await connection.receive("HTTP/1.1 100 Continue\r\n\r\n", times: round)
                try connection.send(Self.event)
                try await connection.receive("HTTP/1.1 202", times: round)
            }
        }
    }

    @Test func `who asks before it sends too much is refused at once`() async throws {
        try await Self.connected { connection, _ in
            let fields = "Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 99999999\r\n"
            try connection.send("POST /v1/events HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n")
            #expect(try await connection.textUntilClosed().hasPrefix("HTTP/1.1 413"))
        }
        try await Self.connected({ $0.requests = 0 }) { connection, _ in
            try connection.send(Self.post("Expect: 100-continue\r\n"))
            #expect(try await connection.textUntilClosed().hasPrefix("HTTP/1.1 503"))
        }
    }

    @Test func `a slow body of a request that is turned away is not waited for`() async throws {
        try await Self.connected({
            $0.requests = 0
            $0.bodyTime = .milliseconds(50)
        }) { connection, _ in
            try connection.send(Self.post(""))
            #expect(try await connection.textUntilClosed().hasPrefix("HTTP/1.1 408"))
        }
    }

    @Test func `two hosts are refused`() async throws {
        try await Self.connected { connection, _ in
            try connection.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n")
            #expect(try await connection.text(until: "once").hasPrefix("HTTP/1.1 400"))
        }
    }

    @Test func `a public path may not be too long either`() async throws {
        try await ServerBench.with { bench in
            let answer = try await bench.answer { try await $0.get("/healthz?\(String(repeating: "x", count: 9000))") }
            #expect(answer.problem == "target-too-long")
        }
    }
}

/// Looks until it is so, ten seconds at most.
func eventually(_ what: Comment, _ isSo: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(10)
    while try await !isSo() { try #require(ContinuousClock.now < end, what) }
}
