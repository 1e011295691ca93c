import Foundation
import Testing

/// `Examples/WebApplication`, as people run it: a web application that shares its database with Ensue.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ExamplesWebApplicationTests {
    private let folder: TemporaryFolder
    private var outbox: URL { folder.url.appendingPathComponent("outbox") }

    init() throws { folder = try TemporaryFolder() }

    private func serving(_ body: (ServerProcess) async throws -> Void) async throws {
        let port = try ServerProcess.freePort()
        try await ServerProcess.running(
            "WebApplication", [], port: port,
            environment: ["DATABASE": folder.store, "OUTBOX": outbox.path, "PORT": "\(port)"], in: folder,
            answering: "/readyz", body)
    }

    private struct Listed: Decodable, Equatable {
        var id: Int
        var customer: String
        var confirmation: String
    }

    private func mails() throws -> [String] {
        guard FileManager.default.fileExists(atPath: outbox.path) else { return [] }
        return try FileManager.default.contentsOfDirectory(at: outbox, includingPropertiesForKeys: nil)
            .map { try String(contentsOf: $0, encoding: .utf8) }
    }

    @Test func `an order and its mail are there together, and a rolled back order leaves neither`() async throws {
        let database = LedgerChecker(path: folder.store)
        try await serving { server in
            let placed = try await server.post("/orders", #"{"customer":"anna@example.com","product":"lamp"}"#)
            #expect(placed.status == 201)
            #expect(try placed.string("confirmation") == "1")
            #expect(try await server.get("/v1/effects/1?wait=20").string("state") == "completed")
            #expect(try mails().map { $0.contains("Your lamp is on its way.") } == [true])

            let soldOut = try await server.post("/orders", #"{"customer":"bert@example.com","product":"lamp"}"#)
            #expect(soldOut.status == 409)
            #expect(soldOut.body.contains("no lamp is left"))
            let invalid = try await server.post("/orders", #"{"customer":"nobody","product":"kettle"}"#)
            #expect(invalid.status == 422)
            #expect(invalid.body.contains("'to' must be an address"))

            #expect(try database.count("SELECT count(*) FROM orders") == 1)
            #expect(try database.count("SELECT count(*) FROM ensue_effects") == 1)
            let orders = try await server.get("/orders").body
            let listed = try JSONDecoder().decode([Listed].self, from: Data(orders.utf8))
            #expect(listed == [Listed(id: 1, customer: "anna@example.com", confirmation: "completed")])
        }
        #expect(try mails().count == 1)
    }
}
