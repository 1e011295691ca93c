import Ensue
import EnsueTesting
import Testing

@Suite(.timeLimit(.minutes(1)))
struct FaultingStoreTests {
    private let inner: any Store
    private let draft = EventDraft(type: "test.Happened", data: .emptyObject, key: "k")

    init() async throws { inner = try await TestEngine(Handlers()).store }

    @Test func `a call that fails has not happened, and the next one is served`() async throws {
        let store = FaultingStore(inner, faults: .fails(call: 1))
        let error = await #expect(throws: StoreError.self) { try await store.record([draft]) }
        #expect(error?.isTransient == true)
        #expect(error?.operation == "record")
        #expect(try await !store.record([draft])[0].isDuplicate)
        #expect(store.calls == 2)
    }

    @Test func `a call may fail after it has happened`() async throws {
        let store = FaultingStore(inner, faults: .fails(.after, call: 1))
        await #expect(throws: StoreError.self) { try await store.record([draft]) }
        #expect(try await store.record([draft])[0].isDuplicate)
    }

    @Test func `a dead store refuses everything from then on`() async throws {
        let store = FaultingStore(inner, faults: .dies(.before, call: 2))
        _ = try await store.counters()
        #expect(!store.isDead)
        for _ in 1...3 { await #expect(throws: StoreError.self) { try await store.record([draft]) } }
        #expect(store.isDead)
        await #expect(throws: StoreError.self) { try await store.knownKinds() }
        #expect(try await !inner.record([draft])[0].isDuplicate)
    }

    @Test func `a store may die after the last call has happened`() async throws {
        let store = FaultingStore(inner, faults: .dies(.after, call: 1))
        await #expect(throws: StoreError.self) { try await store.record([draft]) }
        #expect(store.isDead)
        #expect(try await inner.record([draft])[0].isDuplicate)
    }

    @Test func `calls may be counted by verb`() async throws {
        let store = FaultingStore(inner, faults: .fails(call: 2, of: .record))
        _ = try await store.record([])
        _ = try await store.request([])
        _ = try await store.request([])
        await #expect(throws: StoreError.self) { try await store.record([]) }
        #expect(store.calls(of: .record) == 2)
        #expect(store.calls(of: .request) == 2)
        store.add(.fails(call: 3, of: .request))
        await #expect(throws: StoreError.self) { try await store.request([]) }
    }
}
