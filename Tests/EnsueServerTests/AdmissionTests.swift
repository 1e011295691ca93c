import EnsueTesting
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

@testable import EnsueServer

@Suite(.timeLimit(.minutes(1)))
struct AdmissionTests {
    private static func state(requests: Int = 2, waiting: Int = 1, bytes: Int = 100) -> AdmissionState {
        var limits = ServerLimits()
        limits.requests = requests
        limits.waitingRequests = waiting
        limits.bodyBytes = bytes
        return AdmissionState(limits)
    }

    @Test func `as many requests are taken on as the limit says`() {
        var state = Self.state()
        #expect(state.enter(.work) == .admitted)
        #expect(state.enter(.work) == .admitted)
        #expect(state.enter(.work) == .refused(isFirst: true))
        state.leave(.work)
        #expect(state.enter(.work) == .admitted)
        #expect(state.working == 2)
    }

    @Test func `requests that wait are counted apart`() {
        var state = Self.state()
        #expect(state.enter(.wait) == .admitted)
        #expect(state.enter(.wait) == .refused(isFirst: true))
        #expect(state.enter(.work) == .admitted)
        state.leave(.wait)
        #expect(state.enter(.wait) == .admitted)
    }

    @Test func `bytes are taken until the limit, and what is refused is not counted`() {
        var state = Self.state()
        #expect(state.take(60) == .admitted)
        #expect(state.take(41) == .refused(isFirst: true))
        #expect(state.take(40) == .admitted)
        #expect(state.bytes == 100)
        state.release(100)
        #expect(state.bytes == 0)
    }

    @Test func `a time of trouble begins once, and ends when more than half is free`() {
        var state = Self.state(requests: 4)
        for _ in 0..<4 { #expect(state.enter(.work) == .admitted) }
        #expect(state.enter(.work) == .refused(isFirst: true))
        #expect(state.enter(.work) == .refused(isFirst: false))
        state.leave(.work)
        #expect(state.enter(.work) == .admitted)
        #expect(state.enter(.work) == .refused(isFirst: false))
        for _ in 0..<3 { state.leave(.work) }
        for _ in 0..<3 { #expect(state.enter(.work) == .admitted) }
        #expect(state.enter(.work) == .refused(isFirst: true))
    }

    @Test(arguments: ServerBench.Depth.allCases)
    func `a server that has enough to do says so, and lives`(depth: ServerBench.Depth) async throws {
        var limits = ServerLimits()
        limits.requests = 0
        try await ServerBench.with(options: ServerOptions(limits: limits)) { bench in
            try await bench.call(at: depth) { client in
                for _ in 0..<3 {
                    let answer = try await client.post("/v1/events", #"{"type":"a.B","data":1}"#)
                    #expect(answer.status == 503)
                    #expect(answer.problem == "unavailable")
                    #expect(answer.headers[.retryAfter] == "1")
                }
                #expect(try await client.get("/v1/effects/1?wait=1").status == 404)
                #expect(try await client.get("/healthz").status == 200)
                #expect(try await client.get("/readyz").status == 200)
            }
            #expect(bench.log.text.split(separator: "\n").filter { $0.hasPrefix("warning") }.count == 1)
            #expect(bench.store.calls(of: .record) == 0)
        }
    }

    @Test(arguments: ServerBench.Depth.allCases)
    func `bodies that are too much together are refused, and what they took is given back`(
        depth: ServerBench.Depth
    ) async throws {
        var limits = ServerLimits()
        limits.bodyBytes = 100
        try await ServerBench.with(options: ServerOptions(limits: limits)) { bench in
            try await bench.call(at: depth) { client in
                for _ in 0..<5 {
                    let large = try await client.post("/v1/events", String(repeating: " ", count: 101))
                    #expect(large.problem == "unavailable")
                    let small = try await client.post("/v1/events", #"{"type":"a.B","data":1}"#)
                    #expect(small.status == 202)
                }
            }
        }
    }

    @Test(arguments: ServerBench.Depth.allCases)
    func `a URL that is too long or has too many parameters is refused`(depth: ServerBench.Depth) async throws {
        try await ServerBench.with { bench in
            try await bench.call(at: depth) { client in
                let long = try await client.get("/v1/effects/\(String(repeating: "1", count: 8200))")
                #expect(long.status == 414)
                #expect(long.problem == "target-too-long")
                let many = try await client.get("/v1/effects?\(String(repeating: "a=1&", count: 300))")
                #expect(many.status == 400)
                #expect(many.detail.contains("at most 256"))
            }
        }
    }
}
