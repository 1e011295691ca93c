import Foundation
import GRDB
import Testing

/// `Examples/OwnHandlers`, as people run it: the command line of `ensue`, with handlers of its own.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ExamplesOwnHandlersTests {
    private let folder: TemporaryFolder
    private var contacts: String { folder.url.appendingPathComponent("contacts.db").path }

    init() throws { folder = try TemporaryFolder() }

    /// The stand-in gateway and a server, both of the example.
    private func serving(_ body: (_ server: ServerProcess, _ gateway: ServerProcess) async throws -> Void) async throws
    {
        let (port, gatewayPort) = (try ServerProcess.freePort(), try ServerProcess.freePort())
        let environment = ["SMS_GATEWAY_PORT": "\(gatewayPort)", "CONTACTS": contacts]
        try await ServerProcess.running(
            "OwnHandlers", ["gateway"], port: gatewayPort, environment: environment, in: folder,
            answering: "/messages"
        ) { gateway in
            try await ServerProcess.running(
                "OwnHandlers", ["serve", "--store", folder.store, "--port", "\(port)"], port: port,
                environment: environment, in: folder, answering: "/readyz"
            ) { server in try await body(server, gateway) }
        }
    }

    private func poll(_ name: String, score: Int, phone: String = "+46701740605") -> String {
        #"{"type":"polls.PollCompleted","data":{"phone":"\#(phone)","name":"\#(name)","score":\#(score)}}"#
    }

    @Test func `a poll leads to a contact and one message, though the gateway fails at first`() async throws {
        try await serving { server, gateway in
            for _ in 1...2 { #expect(try await server.post("/v1/events", poll("Anna", score: 9)).status == 202) }
            let ledger = LedgerChecker(path: folder.store)
            // Of each poll two listeners hear, and one of them has the contact created; both want the same welcome.
            try await eventually("both polls are done with", within: .seconds(30)) {
                try ledger.count("SELECT count(*) FROM ledger WHERE state = 'completed'") == 2 * 3 + 1
            }
            #expect(
                try ledger.count("SELECT count(*) FROM ledger WHERE kind = 'sms.send' AND runs = 3") == 1,
                "one contact is welcomed once, in the third run")
            let sent = try await gateway.get("/messages").body
            #expect(sent == #"[{"text":"Thank you, Anna!","to":"+46701740605"}]"# + "\n")
            let names = try await DatabaseQueue(path: contacts).read { db in
                try String.fetchAll(db, sql: "SELECT name FROM contacts")
            }
            #expect(names == ["Anna"])
        }
    }

    @Test func `what is wrong with an event or an effect is told to its sender`() async throws {
        try await serving { server, _ in
            let unlikely = try await server.post("/v1/events", poll("Anna", score: 11))
            #expect(unlikely.status == 422)
            #expect(unlikely.body.contains("score must be from 0 to 10"))

            let stranger = try await server.post(
                "/v1/effects", #"{"kind":"sms.send","payload":{"to":"+4670","text":"Hello"}}"#)
            #expect(stranger.status == 422)
            #expect(stranger.body.contains("+4670 is not the number of a contact"))

            let empty = try await server.post("/v1/effects", #"{"kind":"review.ask","payload":{}}"#)
            #expect(empty.status == 422)
            #expect(empty.body.contains("missing keys: reviewer, question"))
            #expect(try LedgerChecker(path: folder.store).count("SELECT count(*) FROM ledger") == 0)
        }
    }

    @Test func `a review waits until whoever was asked completes it with the token`() async throws {
        let reviewer = try await ExamplesReviewer.start()
        try await serving { server, _ in
            let answer = try await server.post(
                "/v1/effects",
                #"{"kind":"review.ask","payload":{"reviewer":"\#(reviewer.url)","question":"May it go out?"}}"#)
            let effect = try #require(try answer.string("id"))
            try await eventually("it is deferred", within: .seconds(20)) {
                try await server.get("/v1/effects/\(effect)").string("state") == "deferred"
            }
            let asked = try #require(reviewer.received.first)
            let question = try JSONDecoder().decode([String: String].self, from: Data(asked.utf8))
            #expect(question["effect"] == effect)
            #expect(question["question"] == "May it go out?")

            let token = try #require(question["token"])
            let completion = #"{"outcome":"completed","output":{"approved":true}}"#
            #expect(try await server.post("/v1/completions/\(token)", completion).status == 200)
            #expect(try await server.post("/v1/completions/\(token)", completion).status == 409)
            let done = try await server.get("/v1/effects/\(effect)")
            #expect(try done.string("state") == "completed")
            #expect(done.body.contains(#""approved":true"#))
        }
        try await reviewer.stop()
    }
}
