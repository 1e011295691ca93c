import Foundation

/// The server's figures, with the load generator on the same machine.
struct HTTPSuite {
    let folder: URL
    let rounds: Int
    /// Effects in the ledger whose lists are measured.
    let listed: Int

    var measurements: [Measurement] {
        [
            Measurement(name: "http.record.single") { try await record() },
            Measurement(name: "http.record.batch") { try await batch() },
            Measurement(name: "http.effect") { try await readEffect() },
            Measurement(name: "http.lists") { try await lists() },
        ]
    }

    private static let event =
        #"{"type":"bench.Measured","data":{"number":42,"note":"a note of some length","phone":"+46701740605"}}"#

    /// One event a request, and the same server when it does not store what it acknowledges.
    private func record() async throws -> [Result] {
        let load = Self.post("/v1/events", Self.event)
        var rates: [Bool: [Double]] = [:]
        for _ in 0..<rounds {
            for forgetful in [true, false] {
                let wrk = try await serving(forgetful: forgetful) { port in
                    try await Wrk(port: port, script: load, connections: 64, seconds: 10)
                }
                rates[forgetful, default: []].append(wrk.requestsPerSecond)
            }
        }
        let (stored, forgotten) = (rates[false, default: []].median, rates[true, default: []].median)
        let settings = ["connections": "64", "generator": "wrk, one thread", "store": "SQLite, FULL"]
        return [
            Result("http.record.single", stored, "/s", limit: 8000, settings: settings),
            Result(
                "http.record.ceiling", stored, "/s", limit: forgotten,
                settings: ["limit": "the same server, answering 202 without storing", "to reach": "a ratio of 0.5"]),
        ]
    }

    private func batch() async throws -> [Result] {
        let body = "[" + Array(repeating: Self.event, count: 100).joined(separator: ",") + "]"
        let rates = try await rounds(of: Self.post("/v1/events", body), connections: 8)
        return [
            Result(
                "http.record.batch", rates.median * 100, "events/s", limit: 60_000,
                settings: ["batch": "100", "connections": "8"])
        ]
    }

    private func readEffect() async throws -> [Result] {
        var rates: [Double] = []
        for _ in 0..<rounds {
            let wrk = try await serving { port in
                let created = try await Wrk(
                    port: port,
                    script: Self.post("/v1/effects", #"{"kind":"bench.noop","payload":{"number":1,"note":"a note"}}"#),
                    connections: 16, seconds: 1)
                guard created.requestsPerSecond > 100 else { throw Wrk.Failure(description: "no effects to read") }
                return try await Wrk(
                    port: port, script: Self.get((1...100).map { "/v1/effects/\($0)" }), connections: 64, seconds: 10)
            }
            rates.append(wrk.requestsPerSecond)
        }
        return [Result("http.effect", rates.median, "/s", limit: 15_000, settings: ["connections": "64"])]
    }

    private func rounds(of load: String, connections: Int) async throws -> [Double] {
        var rates: [Double] = []
        for _ in 0..<rounds {
            let wrk = try await serving { port in
                try await Wrk(port: port, script: load, connections: connections, seconds: 10)
            }
            rates.append(wrk.requestsPerSecond)
        }
        return rates
    }

    // MARK: Loads, as wrk takes them

    static func post(_ path: String, _ body: String) -> String {
        """
        wrk.method = "POST"
        wrk.path = "\(path)"
        wrk.headers["Content-Type"] = "application/json"
        wrk.body = [==[\(body)]==]
        """
    }

    /// Each path in its turn.
    static func get(_ paths: [String], account: String? = nil) -> String {
        """
        \(account.map { "wrk.headers[\"Ensue-Account\"] = \"\($0)\"" } ?? "")
        local paths = {\(paths.map { "[==[\($0)]==]" }.joined(separator: ","))}
        local turn = 0
        request = function()
            turn = turn % #paths + 1
            return wrk.format("GET", paths[turn])
        end
        """
    }
}
