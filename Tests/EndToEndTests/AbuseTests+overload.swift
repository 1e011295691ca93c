import Foundation
import Synchronization
import Testing

extension AbuseTests {
    /// `ENSUE_OVERLOAD_SECONDS` sets how long it lasts.
    private static let seconds =
        ProcessInfo.processInfo.environment["ENSUE_OVERLOAD_SECONDS"].flatMap(Int.init) ?? 10

    /// Many more clients than the server takes on, asking ten times as often as it can answer: what it accepts it
    /// answers soon, what it cannot take on it says at once, and it forgets nothing that it acknowledged.
    @Test func `ten times the load that it can bear does a server no harm`() async throws {
        try AbuseSocket.allowMany(14_000)
        try await Self.withServer { server, checker in
            let bearable = try await OverloadClients(port: server.port, count: 32).run(for: .seconds(2), rate: nil)
            let rate = 10 * Double(bearable.accepted.count) / 2
            let clients = try OverloadClients(port: server.port, count: 2000, name: "over")
            let result = try await clients.run(for: .seconds(Self.seconds), rate: rate) {
                let memory = try server.residentBytes()
                #expect(memory < 600 << 20)
            }
            #expect(result.accepted.count > 100)
            #expect(result.refused > 0, "the server took on everything: this was no overload")
            #expect(result.others == [])
            #expect(result.refusedWithoutRetryAfter == 0)
            #expect(try #require(result.slowest) < .seconds(20))
            print(
                "overload: \(Int(rate)) requests/s wanted for \(Self.seconds) s, \(result.accepted.count) accepted, "
                    + "\(result.refused) refused; accepted p50 \(result.latency(0.5)), p99 \(result.latency(0.99))")
            let acknowledged = LedgerChecker.Acknowledged(
                events: [OverloadClients.type: Set(bearable.accepted + result.accepted)])
            #expect(try checker.violations(acknowledged: acknowledged, listeners: [:]).prefix(10) == [])
            #expect(try server.residentBytes() < 600 << 20)
        }
    }
}

/// Clients with a connection each that send one event after another, at a rate that does not ask how the server is.
private final class OverloadClients {
    struct Result {
        var accepted: [Int64] = []
        var latencies: [Duration] = []
        var refused = 0
        var refusedWithoutRetryAfter = 0
        /// What was neither accepted nor refused as it should be.
        var others: [Int] = []

        var slowest: Duration? { latencies.max() }

        func latency(_ share: Double) -> Duration {
            let sorted = latencies.sorted()
            return sorted.isEmpty ? .zero : sorted[Int(Double(sorted.count - 1) * share)]
        }
    }

    private struct Client {
        let socket: AbuseSocket
        var sentAt: ContinuousClock.Instant?
    }

    static let type = "abuse.Over"
    private let name: String
    private var clients: [Client]
    private var sent = 0
    private var result = Result()

    init(port: Int, count: Int, name: String = "calm") throws {
        self.name = name
        clients = try (0..<count).map { _ in Client(socket: try AbuseSocket(port: port)) }
    }

    /// A `rate` of nil is as fast as the answers come. Calls `check` about once a second.
    func run(for span: Duration, rate: Double?, check: () throws -> Void = {}) async throws -> Result {
        try await greet()
        let start = ContinuousClock.now
        var checks = 0.0
        while ContinuousClock.now - start < span {
            let elapsed = (ContinuousClock.now - start) / .seconds(1)
            try turn(upTo: rate.map { Int(elapsed * $0) } ?? .max)
            if elapsed > checks {
                checks += 1
                try check()
            }
            await Task.yield()
        }
        try await eventually("all requests are answered", within: .seconds(60)) {
            try turn(upTo: sent)
            return clients.allSatisfy { $0.sentAt == nil || $0.socket.isEnded }
        }
        return result
    }

    /// From here on every connection is known to the server: what is measured is its answers.
    private func greet() async throws {
        for client in clients { client.socket.send(AbuseSocket.request("GET", "/healthz")) }
        for client in clients { _ = try await client.socket.answers(1, within: .seconds(30)) }
    }

    /// Every client takes its answer, if there is one, and sends its next request as long as fewer were sent than are
    /// due.
    private func turn(upTo due: Int) throws {
        for index in clients.indices {
            if let sentAt = clients[index].sentAt {
                guard let answer = try clients[index].socket.answers().first else { continue }
                try note(answer, after: ContinuousClock.now - sentAt)
                clients[index].sentAt = nil
            }
            guard sent < due else { continue }
            sent += 1
            clients[index].sentAt = .now
            clients[index].socket.send(
                AbuseSocket.request(
                    "POST", "/v1/events", #"{"type":"\#(Self.type)","key":"\#(name)-\#(sent)","data":{"n":\#(sent)}}"#))
        }
    }

    private func note(_ answer: AbuseSocket.Answer, after latency: Duration) throws {
        switch answer.status {
        case 202:
            result.accepted.append(try answer.string("id").flatMap { Int64($0) } ?? -1)
            result.latencies.append(latency)
        case 503:
            result.refused += 1
            if !answer.head.lowercased().contains("\r\nretry-after: ") { result.refusedWithoutRetryAfter += 1 }
        default: result.others.append(answer.status)
        }
    }
}
