import Ensue
import HTTPTypes
import NIOCore
import Synchronization
import Testing

@testable import EnsueCommands

/// How answers of the API are told to people.
struct LedgerTests {
    private func ledger(
        hasAPIKey: Bool = false, _ answer: @escaping @Sendable () throws -> (HTTPResponse.Status, String)
    ) -> Ledger {
        Ledger(name: "a server", account: nil, hasAPIKey: hasAPIKey) { _, _ in
            let (status, text) = try answer()
            return (HTTPResponse(status: status), ByteBuffer(string: text))
        }
    }

    private func refusal(_ body: () async throws -> Void) async throws -> String {
        do { try await body() } catch { return "\(error)" }
        throw CommandFailure("it was not refused")
    }

    @Test func `a trace is read however deep it is`() async throws {
        let payload = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
        let node = #"{"effect":{"payload":\#(payload)},"consequences":["#
        let trace = String(repeating: node, count: 100) + String(repeating: "]}", count: 100)
        let ledger = ledger { (.ok, #"{"root":\#(trace),"complete":true}"#) }
        #expect(try await ledger.get("/v1/effects/1/trace")["complete"]?.bool == true)
    }

    @Test(arguments: [
        (
            "retry", "completed",
            "cannot retry an effect that is completed; `\(RootCommand.programName) effects replay 17`"
        ),
        ("complete", "ready", "cannot complete an effect that is ready; only one that is uncertain or deferred"),
        ("cancel", "failed", "cannot cancel an effect that is failed"),
    ])
    func `a decision that comes too late is told by its own name`(
        action: String, state: String, beginning: String
    ) async throws {
        let problem =
            #"{"type":"urn:ensue:problem:wrong-state","detail":"cannot \#(action) an effect that is \#(state)","state":"\#(state)"}"#
        let message = try await refusal {
            _ = try await ledger { (.conflict, problem) }.post("/v1/effects/17/\(action)")
        }
        #expect(message.hasPrefix(beginning))
    }

    @Test func `an API key that is missing or wrong is told once`() async throws {
        let problem = #"{"type":"urn:ensue:problem:unauthorized","detail":"send the header Authorization"}"#
        for (hasKey, message) in [
            (true, "a server does not know this API key"),
            (false, "a server asks for an API key: --key KEY, or better $ENSUE_KEY"),
        ] {
            let ledger = ledger(hasAPIKey: hasKey) { (.unauthorized, problem) }
            #expect(try await refusal { _ = try await ledger.get("/v1/kinds") } == message)
        }
    }

    @Test func `an end is waited for although the server is gone for a while`() async throws {
        let looks = Mutex(0)
        let ledger = ledger {
            if looks.withLock({
                $0 += 1; return $0
            }) < 2 {
                throw CommandFailure("it is gone", status: .unreachable)
            }
            return (.ok, #"{"id":"17","state":"completed"}"#)
        }
        #expect(try await Waiting(ledger: ledger, limit: 30).end(of: "17")["state"]?.string == "completed")
    }

    @Test func `an effect whose end cannot be seen is named`() async throws {
        let gone = ledger { throw CommandFailure("it is gone", status: .unreachable) }
        let late = try await refusal { _ = try await Waiting(ledger: gone, limit: 0).end(of: "17") }
        #expect(late.hasPrefix("effect 17 was requested, but what became of it is not known: it is gone"))
        let refusing = ledger { (.notFound, #"{"type":"urn:ensue:problem:not-found","detail":"no longer kept"}"#) }
        let lost = try await refusal { _ = try await Waiting(ledger: refusing, limit: nil).end(of: "17") }
        #expect(lost.contains("17") && lost.contains("no longer kept"))
    }
}
