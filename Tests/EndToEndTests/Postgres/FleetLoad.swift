import Foundation
import PostgresServer
import Synchronization

/// Producers that go on whatever happens to servers and processes, and remember what they were told: over HTTP from
/// process to process, and with plain SQL.
///
/// What has a key is sent again until it is acknowledged, as a careful client does.
final class FleetLoad: Sendable {
    static let heardType = "load.Heard"

    private struct State {
        var processes: [ServerProcess] = []
        var server: PostgresServer
        var acknowledged: Set<PostgresLedger.Acknowledged> = []
        var turns = 0
        var isStopped = false
    }

    private let state: Mutex<State>
    private let receiver: CountingReceiver

    init(_ server: PostgresServer, _ receiver: CountingReceiver) {
        state = Mutex(State(server: server))
        self.receiver = receiver
    }

    var acknowledged: Set<PostgresLedger.Acknowledged> { state.withLock { $0.acknowledged } }

    func aim(at processes: [ServerProcess]) { state.withLock { $0.processes = processes } }
    /// Where plain SQL goes.
    func aim(at server: PostgresServer) { state.withLock { $0.server = server } }
    func stop() { state.withLock { $0.isStopped = true } }

    /// Returns once so many more have been acknowledged.
    func progress(by count: Int = 50, within span: Duration = .seconds(40)) async throws {
        let before = acknowledged.count
        try await eventually("\(count) more are acknowledged", within: span) { acknowledged.count >= before + count }
    }

    /// Returns once stopped and everything that has a key is acknowledged.
    func run(producers: Int = 4) async {
        await withTaskGroup { group in
            for producer in 0..<producers {
                group.addTask { await self.produce { await self.post("http-\(producer)-\($0)", $0) } }
            }
            group.addTask { await self.produce { await self.insert("sql-\($0)", $0) } }
        }
    }

    private func produce(_ deliver: (_ number: Int) async -> Bool) async {
        var number = 0
        while !state.withLock({ $0.isStopped }) {
            while await !deliver(number) {
                do { try await Task.sleep(for: .milliseconds(50)) } catch { return }
            }
            number += 1
        }
    }

    private func note(_ kind: PostgresLedger.Acknowledged.Kind, _ keys: [String?], ids: [Int64?]) {
        let told = zip(keys, ids).map { PostgresLedger.Acknowledged(kind: kind, key: $0, id: $1) }
        state.withLock { $0.acknowledged.formUnion(told) }
    }

    // MARK: HTTP

    private func payload(_ key: String) -> String { #"{"url":"\#(receiver.url(key))","text":"hello"}"# }

    /// Whether it was acknowledged.
    private func post(_ key: String, _ number: Int) async -> Bool {
        let process = state.withLock { state in
            state.turns += 1
            return state.processes.isEmpty ? nil : state.processes[state.turns % state.processes.count]
        }
        guard let process else { return false }
        do {
            switch number % 4 {
            case 0:
                return try await note(
                    .event, key,
                    process.post(
                        "/v1/events", #"{"type":"\#(Self.heardType)","key":"\#(key)","data":{"n":\#(number)}}"#))
            case 1:
                return try await note(
                    .effect, key,
                    process.post(
                        "/v1/effects",
                        #"{"kind":"event.record","key":"\#(key)","payload":{"type":"load.Recorded","data":{"n":\#(number)}}}"#
                    ))
            default:
                return try await note(
                    .effect, key,
                    process.post("/v1/effects", #"{"kind":"http.request","key":"\#(key)","payload":\#(payload(key))}"#))
            }
        } catch {
            return false
        }
    }

    private func note(
        _ kind: PostgresLedger.Acknowledged.Kind, _ key: String, _ answer: ServerProcess.Answer
    ) throws -> Bool {
        guard answer.status == 202 || answer.status == 200, let id = try answer.string("id").flatMap({ Int64($0) })
        else { return false }
        note(kind, [key], ids: [id])
        return true
    }

    // MARK: SQL

    private static let batch = 20

    /// Whether it was committed, as far as the client knows.
    private func insert(_ key: String, _ number: Int) async -> Bool {
        let keys = (0..<Self.batch).map { "\(key)-\($0)" }
        do {
            switch number % 3 {
            case 0:
                let ids = try await numbers(
                    """
                    INSERT INTO ensue.effects (kind, payload)
                    SELECT 'log', '{"message":"plain"}' FROM generate_series(1, \(Self.batch)) RETURNING id;
                    """)
                note(.effect, ids.map { _ in nil }, ids: ids)
            case 1:
                let rows = keys.map { "http.request\t\(payload($0))\t\($0)\n" }.joined()
                _ = try await numbers("COPY ensue.effects (kind, payload, key) FROM STDIN;\n\(rows)\\.\n")
                note(.effect, keys, ids: keys.map { _ in nil })
            default:
                let ids = try await numbers(
                    """
                    SELECT ensue.request('http.request', '\(payload(key))', key => '\(key)');
                    SELECT ensue.record('\(Self.heardType)', '{"sql":true}', key => '\(key)');
                    """)
                note(.effect, [key], ids: [ids[0]])
                note(.event, [key], ids: [ids[1]])
            }
            return true
        } catch {
            // What has no key cannot be repeated: nobody was told of it.
            return number % 3 == 0
        }
    }

    private func numbers(_ sql: String) async throws -> [Int64] {
        try await state.withLock { $0.server }.psql(sql).split(separator: "\n").compactMap { Int64($0) }
    }
}
