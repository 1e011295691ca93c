import Ensue
import EnsueEffects
import EnsueTesting
import HTTPTypes
import Hummingbird
import NIOCore
import Testing

@Suite(.timeLimit(.minutes(1)))
struct HTTPFailureTests {
    let bench: EffectBench

    init() throws { bench = try EffectBench() }

    @Test(arguments: [400, 401, 403, 404, 409, 410, 418, 422, 451, 499])
    func `another 4xx fails for good, and says what the server said`(status: Int) async throws {
        let body = "no\r\nsuch \u{7}thing " + String(repeating: "x", count: 5000)
        try await withServer { _ in
            Response(.init(code: status), [.retryAfter: "1"], body)
        } _: { server in
            let rejection = try #require(try await bench.send(SendHTTPRequest("http://\(server.host)/")).rejection)
            #expect(rejection.hasPrefix("\(server.host) answered \(status) "))
            #expect(rejection.contains(": no such thing xxx"))
            #expect(rejection.count < 300)
        }
    }

    @Test(arguments: [408, 425, 429, 500, 501, 502, 503, 504, 599])
    func `what may be better next time is tried again by the schedule`(status: Int) async throws {
        try await withServer { _ in
            Response(.init(code: status), [:], "busy")
        } _: { server in
            let first = try #require(try await bench.send(SendHTTPRequest("http://\(server.host)/")).retry)
            #expect((.seconds(4) ... .seconds(6)).contains(first.after))
            #expect(first.error.hasPrefix("\(server.host) answered \(status) "))
            #expect(first.error.hasSuffix(": busy"))
            let payload: JSONValue = ["url": "http://\(server.host)/"]
            let second = try #require(try await bench.run("http.request", payload, spent: 1).retry)
            #expect((.seconds(240) ... .seconds(360)).contains(second.after))
            let last = try await bench.run("http.request", payload, spent: 7)
            #expect(last.rejection == first.error)
        }
    }

    /// The clock of the bench stands at 2026-01-01T00:00:00Z.
    @Test(arguments: [
        ("120", 120), (" 120 ", 120), ("86401", 86_400), ("99999999999999999999999", 86_400),
        ("Thu, 01 Jan 2026 01:00:00 GMT", 3600), ("Thursday, 01-Jan-26 01:00:00 GMT", 3600),
        ("Thu Jan  1 01:00:00 2026", 3600), ("Fri, 01 Jan 2027 00:00:00 GMT", 86_400),
    ])
    func `Retry-After is heeded, up to a day`(header: String, seconds: Int) async throws {
        for status in [429, 503] {
            try await withServer { _ in
                Response(.init(code: status), [.retryAfter: header])
            } _: { server in
                let settled = try await bench.send(SendHTTPRequest("http://\(server.host)/"))
                #expect(settled.retry?.after == .seconds(seconds))
            }
        }
    }

    @Test(arguments: [
        "0", "-5", "soon", "1.5", "Wed, 31 Dec 2025 23:00:00 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
        "Thu, 32 Jan 2026 01:00:00 GMT", "Thu, 01 Foo 2026 01:00:00 GMT", "Thu, 01 Jan 2026 01:00:00 CET", "",
    ])
    func `a Retry-After that is past or unreadable leaves the schedule as it is`(header: String) async throws {
        try await withServer { _ in
            Response(.tooManyRequests, [.retryAfter: header])
        } _: { server in
            let retry = try #require(try await bench.send(SendHTTPRequest("http://\(server.host)/")).retry)
            #expect((.seconds(4) ... .seconds(6)).contains(retry.after))
        }
    }

    @Test(arguments: [300, 301, 302, 303, 304, 307, 308])
    func `a redirect is not followed, and fails for good`(status: Int) async throws {
        try await withServer { request in
            request.path == "/old" ? Response(.init(code: status), [.location: "/new"]) : Response(.ok)
        } _: { server in
            let rejection = try #require(try await bench.send(SendHTTPRequest("http://\(server.host)/old")).rejection)
            #expect(rejection.contains(" \(status) "))
            #expect(rejection.contains("/new"))
            #expect(server.received.count == 1)
        }
    }

    @Test(arguments: [Duration?.none, .seconds(2)])
    func `a server that does not answer in time is tried again`(timeout: Duration?) async throws {
        let (arrived, signal) = AsyncStream<Void>.makeStream()
        try await withServer { _ in
            signal.yield()
            await waitForCancellation()
            return Response(.ok)
        } _: { server in
            try await expectTimeout(of: SendHTTPRequest("http://\(server.host)/", timeout: timeout), after: arrived)
        }
    }

    @Test func `a body that does not end in time is tried again`() async throws {
        let (arrived, signal) = AsyncStream<Void>.makeStream()
        try await withServer { _ in
            Response(
                status: .ok,
                body: ResponseBody { writer in
                    try await writer.write(ByteBuffer(string: "…"))
                    signal.yield()
                    await waitForCancellation()
                })
        } _: { server in
            try await expectTimeout(of: SendHTTPRequest("http://\(server.host)/"), after: arrived)
        }
    }

    private func expectTimeout(of request: SendHTTPRequest, after arrived: AsyncStream<Void>) async throws {
        let limit = request.timeout ?? .seconds(30)
        async let settled = bench.send(request)
        for await _ in arrived { break }
        try await bench.clock.waitForSleepers()
        bench.clock.advance(by: limit)
        let retry = try await settled.retry
        #expect(retry?.error.hasSuffix("within \(limit)") == true)
    }

    @Test func `a server that is not there is tried again`() async throws {
        let host = try await withServer { _ in
            Response(.ok)
        } _: {
            $0.host
        }
        let retry = try #require(try await bench.send(SendHTTPRequest("http://\(host)/")).retry)
        #expect(retry.error.hasPrefix("no answer from \(host): "))
    }

    @Test func `a server that speaks no TLS is tried again`() async throws {
        try await withServer { _ in
            Response(.ok)
        } _: { server in
            let retry = try #require(try await bench.send(SendHTTPRequest("https://\(server.host)/")).retry)
            #expect(retry.error.hasPrefix("no answer from \(server.host): "))
        }
    }

    @Test func `an answer that breaks off is tried again`() async throws {
        struct Broken: Error {}
        try await withServer { _ in
            Response(
                status: .ok,
                body: ResponseBody(contentLength: 100) { writer in
                    try await writer.write(ByteBuffer(string: "half"))
                    throw Broken()
                })
        } _: { server in
            let retry = try await bench.send(SendHTTPRequest("http://\(server.host)/")).retry
            #expect(retry?.error.hasPrefix("no answer from \(server.host): ") == true)
        }
    }

    @Test func `a run that is stopped lets go of its request`() async throws {
        let (arrived, arrival) = AsyncStream<Void>.makeStream()
        let (closed, closing) = AsyncStream<Void>.makeStream()
        try await withServer { _ in
            Response(
                status: .ok,
                body: ResponseBody { writer in
                    defer { closing.yield() }
                    arrival.yield()
                    while true { try await writer.write(ByteBuffer(string: "x")) }
                })
        } _: { server in
            let bench = try EffectBench(BuiltInEffects(httpResponseLimit: .max))
            let settled = try await withThrowingTaskGroup(of: SettledRun.self) { group in
                group.addTask { try await bench.send(SendHTTPRequest("http://\(server.host)/")) }
                for await _ in arrived { break }
                group.cancelAll()
                return try await group.next()
            }
            #expect(settled?.transition.destination == .ready)
            for await _ in closed { break }
        }
    }
}
