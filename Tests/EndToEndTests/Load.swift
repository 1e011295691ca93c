import Foundation
import GRDB
import Synchronization

/// Producers that go on whatever happens to the server, and remember what they were told.
///
/// Every record and request has a key and is sent again until it is acknowledged, as a careful client does.
final class Load: Sendable {
    static let pollType = "polls.PollCompleted"
    static let challengeType = "challenge_created"
    /// How many effects the demo's listeners request for each type.
    static let listeners = [pollType: 1, challengeType: 1]

    private struct State {
        var server: ServerProcess?
        var acknowledged = LedgerChecker.Acknowledged()
        var sent = 0
        var isStopped = false
    }

    private let state = Mutex(State())
    private let name: String

    init(name: String) { self.name = name }

    var acknowledged: LedgerChecker.Acknowledged { state.withLock { $0.acknowledged } }
    var sent: Int { state.withLock { $0.sent } }

    func aim(at server: ServerProcess?) { state.withLock { $0.server = server } }
    func stop() { state.withLock { $0.isStopped = true } }

    /// Returns once stopped and everything sent is acknowledged.
    func run(producers: Int = 8) async {
        await withTaskGroup { group in
            for producer in 0..<producers { group.addTask { await self.produce(producer) } }
        }
    }

    private func produce(_ producer: Int) async {
        var number = 0
        while !state.withLock({ $0.isStopped }) {
            await deliver("\(name)-\(producer)-\(number)", number)
            number += 1
            state.withLock { $0.sent += 1 }
        }
    }

    private func deliver(_ key: String, _ number: Int) async {
        while true {
            if let server = state.withLock({ $0.server }), await send(key, number, to: server) { return }
            do { try await Task.sleep(for: .milliseconds(20)) } catch { return }
        }
    }

    /// Whether it was acknowledged.
    private func send(_ key: String, _ number: Int, to server: ServerProcess) async -> Bool {
        do {
            switch number % 4 {
            case 0:
                return try await note(
                    server.post(
                        "/v1/events", #"{"type":"\#(Self.challengeType)","key":"\#(key)","data":{"n":\#(number)}}"#),
                    event: Self.challengeType)
            case 1:
                return try await note(
                    server.post(
                        "/v1/effects",
                        #"{"kind":"event.record","key":"\#(key)","payload":{"type":"load.Recorded","data":{"n":\#(number)}}}"#
                    ))
            case 2:
                return try await note(
                    server.post("/v1/effects", #"{"kind":"log","key":"\#(key)","payload":{"message":"\#(key)"}}"#))
            default:
                return try await note(
                    server.post("/v1/events", #"{"type":"load.Ignored","key":"\#(key)","data":{"n":\#(number)}}"#),
                    event: "load.Ignored")
            }
        } catch {
            return false
        }
    }

    private func note(_ answer: ServerProcess.Answer, event type: String? = nil) throws -> Bool {
        guard answer.status == 202 || answer.status == 200, let id = try answer.string("id").flatMap({ Int64($0) })
        else { return false }
        state.withLock { state in
            guard let type else {
                state.acknowledged.effects.insert(id)
                return
            }
            state.acknowledged.events[type, default: []].insert(id)
        }
        return true
    }

    /// Effects by plain SQL, from this process, while servers run. Returns how many were committed.
    func insertPlainSQL(into path: String, count: Int) throws {
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        for number in 0..<count {
            let id = try queue.write { db in
                try db.execute(
                    sql: "INSERT INTO effects (kind, payload) VALUES ('event.record', ?)",
                    arguments: [#"{"type":"load.Recorded","data":{"sql":\#(number)}}"#])
                return db.lastInsertedRowID
            }
            state.withLock { _ = $0.acknowledged.effects.insert(id) }
        }
    }
}
