import EnsueTesting
import Testing

@testable import Ensue

@Suite struct KnownKindsTests {
    @Test(arguments: [
        ("", "", 0), ("a", "", 1), ("", "ab", 2), ("sms.send", "sms.sned", 2), ("kitten", "sitting", 3),
        ("same", "same", 0),
    ])
    func `the distance of two texts is the number of changes between them`(
        _ left: String, _ right: String, _ count: Int
    ) {
        #expect(editDistance(left, right) == count)
        #expect(editDistance(right, left) == count)
    }

    @Test func `an unknown kind names those that are spelt almost alike, nearest first`() {
        let known: Set<EffectKind> = ["sms.send", "sms.sent", "mail.send", "listener.sms.sendd", "pay"]
        let error = UnknownKind("sms.sends", known: known)
        #expect(error.near == ["sms.send", "sms.sent"])
        #expect(
            error.description == "no worker handles the kind 'sms.sends'; did you mean 'sms.send' or 'sms.sent'?")
    }

    @Test func `where nothing is near, nothing is suggested`() {
        let error = UnknownKind("invoice", known: ["sms.send"])
        #expect(error.near.isEmpty)
        #expect(error.description == "no worker handles the kind 'invoice'")
    }

    @Test func `at most three are suggested`() {
        let known = Set((0...9).map { EffectKind(wellFormed: "kind\($0)") })
        #expect(UnknownKind("kind", known: known).near == ["kind0", "kind1", "kind2"])
    }

    @Test func `the store is asked at most once a second`() async throws {
        var handlers = Handlers()
        handlers.handle("test") { _, _ in .completed(nil) }
        let store = FaultingStore(try await TestEngine(handlers).store)
        let known = KnownKinds()
        for milliseconds in [0, 400, 999, 1000, 1500] {
            #expect(try await known.kinds(of: store, at: .milliseconds(milliseconds)) == ["test"])
        }
        #expect(store.calls(of: .knownKinds) == 2)
    }
}
