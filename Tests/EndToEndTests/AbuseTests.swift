import Foundation
import Testing

/// What clients do that mean harm, or are broken, to the real executable.
@Suite(.timeLimit(.minutes(5)))
struct AbuseTests {
    static let event = #"{"type":"abuse.Event","data":{"n":1}}"#

    /// A server, which has to be in order afterwards.
    static func withServer(_ test: (ServerProcess, LedgerChecker) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        let server = try await ServerProcess.start("serve", store: folder.store)
        do { try await test(server, LedgerChecker(path: folder.store)) } catch {
            try await server.killNow()
            throw error
        }
        #expect(try await server.post("/v1/events", event).status == 202)
        #expect(try await server.stop() == 0)
    }

    @Test func `requests that are sent in one go are answered in their order`() async throws {
        try await Self.withServer { server, checker in
            let socket = try AbuseSocket(port: server.port)
            let pair =
                AbuseSocket.request("POST", "/v1/events", Self.event) + AbuseSocket.request("GET", "/v1/effects/999")
            try await socket.sendAll(String(repeating: pair, count: 100))
            let answers = try await socket.answers(200)
            #expect(answers.map(\.status) == Array(repeating: [202, 404], count: 100).flatMap(\.self))
            let ids = try answers.filter { $0.status == 202 }.map { try $0.string("id") }
            #expect(ids == (1...100).map { "\($0)" })
            #expect(try checker.count("SELECT count(*) FROM events") == 100)
        }
    }

    @Test func `a sender that closes its half is answered`() async throws {
        try await Self.withServer { server, checker in
            let socket = try AbuseSocket(port: server.port)
            try await socket.sendAll(
                String(repeating: AbuseSocket.request("POST", "/v1/events", Self.event), count: 20))
            socket.finishSending()
            #expect(try await socket.answersUntilEnd().map(\.status) == Array(repeating: 202, count: 20))
            #expect(try checker.count("SELECT count(*) FROM events") == 20)
        }
    }

    @Test(arguments: [
        "Content-Length: 100\r\n\r\n\(event)", "Transfer-Encoding: chunked\r\n\r\n25\r\n\(event)\r\n",
        "Transfer-Encoding: chunked\r\n\r\n80\r\n\(event)",
    ])
    func `a body that is cut off is not taken for whole`(rest: String) async throws {
        try await Self.withServer { server, checker in
            let head = "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            let half = try AbuseSocket(port: server.port)
            half.send(head + rest)
            half.finishSending()
            #expect(try await half.answersUntilEnd().map(\.status) == [400])
            do { try AbuseSocket(port: server.port).send(head + rest) }
            #expect(try await server.get("/healthz").status == 200)
            #expect(try checker.count("SELECT count(*) FROM events") == 0)
        }
    }

    @Test func `heads that cannot be read are answered with what is wrong`() async throws {
        try await Self.withServer { server, _ in
            let line = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
            let heads = [
                (line + (0..<200).map { "X-\($0): y\r\n" }.joined() + "\r\n", 431),
                (line + "X-Long: \(String(repeating: "y", count: 20_000))\r\n\r\n", 431),
                ("GET /v1/\(String(repeating: "y", count: 100_000)) HTTP/1.1\r\nHost: localhost\r\n\r\n", 431),
                ("NONSENSE\r\n\r\n", 400), ("\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}", 400), ("GET / HTTP/9.9\r\n\r\n", 400),
                ("POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
            ]
            for (head, status) in heads {
                let socket = try AbuseSocket(port: server.port)
                try await socket.sendAll(head)
                let answers = try await socket.answersUntilEnd()
                #expect(answers.map(\.status) == [status], "\(head.prefix(60))")
                #expect(answers.first?.head.contains("application/problem+json") == true)
            }
            let long = try AbuseSocket(port: server.port)
            long.send(AbuseSocket.request("GET", "/v1/\(String(repeating: "y", count: 10_000))"))
            #expect(try await long.answers(1).map(\.status) == [414])
        }
    }

    @Test func `a body without end is refused and not waited for`() async throws {
        try await Self.withServer { server, _ in
            let announced = try AbuseSocket(port: server.port)
            announced.send(
                "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    + "Content-Length: 99999999999\r\n\r\n{")
            #expect(try await announced.answersUntilEnd().map(\.status) == [413])
            let chunked = try AbuseSocket(port: server.port)
            chunked.send(
                "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n")
            let chunk = Array("10000\r\n\(String(repeating: " ", count: 65_536))\r\n".utf8)
            var rest = chunk[...]
            var statuses: [Int] = []
            try await eventually("the server closes", within: .seconds(30)) {
                rest = rest.dropFirst(chunked.send(rest))
                if rest.isEmpty { rest = chunk[...] }
                statuses += try chunked.answers().map(\.status)
                return chunked.isEnded
            }
            #expect(statuses == [413])
            #expect(try server.residentBytes() < 300 << 20)
        }
    }

    @Test func `what is too deep or not declared to be JSON is refused`() async throws {
        try await Self.withServer { server, checker in
            let socket = try AbuseSocket(port: server.port)
            for opening in ["[", #"{"a":"#, #"{"type":"a.B","data":["#] {
                let body = opening + String(repeating: "[", count: 900_000)
                try await socket.sendAll(AbuseSocket.request("POST", "/v1/events", body))
                #expect(try await socket.answers(1).map(\.status) == [400])
            }
            for type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", nil] {
                socket.send(AbuseSocket.request("POST", "/v1/events", Self.event, type: type))
                #expect(try await socket.answers(1).map(\.status) == [415])
            }
            #expect(try checker.count("SELECT count(*) FROM events") == 0)
        }
    }

    @Test func `clients that send for ever are given up, and nobody waits for them`() async throws {
        try await Self.withServer { server, checker in
            let heads = try (0..<100).map { _ in try AbuseSocket(port: server.port) }
            let bodies = try (0..<100).map { _ in try AbuseSocket(port: server.port) }
            for body in bodies {
                body.send(String(AbuseSocket.request("POST", "/v1/events", Self.event).dropLast(10)))
            }
            var letters = Array("GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ".utf8)[...]
            var (statuses, recorded) = ([Int](), 0)
            try await eventually("all are closed", within: .seconds(90)) {
                let next = letters.popFirst() ?? UInt8(ascii: "y")
                for head in heads where !head.isEnded { head.send([next]) }
                for socket in heads + bodies { statuses += try socket.answers().map(\.status) }
                recorded += try await server.post("/v1/events", Self.event).status == 202 ? 1 : 0
                return (heads + bodies).allSatisfy(\.isEnded)
            }
            #expect(statuses == Array(repeating: 408, count: 200))
            #expect(try checker.count("SELECT count(*) FROM events") == recorded)
        }
    }

    @Test func `ten thousand connections keep nobody out`() async throws {
        try AbuseSocket.allowMany(14_000)
        try await Self.withServer { server, _ in
            var sockets: [AbuseSocket] = []
            for number in 0..<10_000 {
                let socket = try AbuseSocket(port: server.port)
                if number % 3 == 1 { socket.send("GET /healthz HT") }
                if number % 3 == 2 { socket.send(String(AbuseSocket.request("POST", "/v1/events", "{}").dropLast())) }
                sockets.append(socket)
                if number % 500 == 499 {
                    let socket = try AbuseSocket(port: server.port)
                    socket.send(AbuseSocket.request("POST", "/v1/events", Self.event))
                    #expect(try await socket.answers(1, within: .seconds(60)).map(\.status) == [202])
                }
            }
            #expect(try server.residentBytes() < 600 << 20)
            for _ in 0..<20 { #expect(try await server.post("/v1/events", Self.event).status == 202) }
            withExtendedLifetime(sockets) {}
        }
    }
}

extension ServerProcess {
    /// How much memory it has.
    func residentBytes() throws -> Int {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["ps", "-o", "rss=", "-p", "\(identifier)"]
        process.standardOutput = pipe
        try process.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        guard let kilobytes = Int(text.filter(\.isNumber)) else {
            throw EndToEndError("ps does not say how much memory the server has; install procps")
        }
        return kilobytes << 10
    }
}
