public import Ensue
internal import Synchronization

/// A store that works as the one it wraps until it fails or dies at the calls that its faults name.
///
/// Wrap a store twice to have a worker that dies and another one that goes on.
public final class FaultingStore: Store {
    private struct State {
        var faults: [Fault]
        var calls = 0
        var callsByVerb: [StoreVerb: Int] = [:]
        var isDead = false
    }

    private let store: any Store
    private let losingChanges: Bool
    private let state: Mutex<State>

    /// - Parameter losingChanges: whether every notification of a change is lost.
    public init(_ store: any Store, faults: Fault..., losingChanges: Bool = false) {
        self.store = store
        self.losingChanges = losingChanges
        state = Mutex(State(faults: faults))
    }

    /// Calls so far, the refused ones included.
    public var calls: Int { state.withLock { $0.calls } }

    /// Calls to `verb` so far.
    public func calls(of verb: StoreVerb) -> Int { state.withLock { $0.callsByVerb[verb, default: 0] } }

    /// Whether every call is refused from now on.
    public var isDead: Bool { state.withLock { $0.isDead } }

    /// Adds a fault; the calls so far have been counted.
    public func add(_ fault: Fault) { state.withLock { $0.faults.append(fault) } }

    public var identity: StoreIdentity { store.identity }
    public func changes() -> AsyncStream<StoreChanges> {
        losingChanges ? AsyncStream { _ in } : store.changes()
    }

    func call<Result: Sendable>(
        _ verb: StoreVerb, _ body: (any Store) async throws -> Result
    ) async throws -> Result {
        let fault = try begin(verb)
        guard let fault else { return try await body(store) }
        if fault.moment == .after { _ = try await body(store) }
        if fault.consequence == .dies { state.withLock { $0.isDead = true } }
        throw Self.error(verb, "a fault was injected \(fault.moment) call \(fault.call)")
    }

    private func begin(_ verb: StoreVerb) throws(StoreError) -> Fault? {
        let (isDead, fault) = state.withLock { state -> (Bool, Fault?) in
            state.calls += 1
            state.callsByVerb[verb, default: 0] += 1
            let (all, own) = (state.calls, state.callsByVerb[verb, default: 0])
            let fault = state.faults.first { $0.verb == nil ? $0.call == all : $0.verb == verb && $0.call == own }
            return (state.isDead, fault)
        }
        guard !isDead else { throw Self.error(verb, "the store is dead") }
        return fault
    }

    private static func error(_ verb: StoreVerb, _ detail: String) -> StoreError {
        StoreError(.unavailable, operation: verb.rawValue, detail: detail)
    }
}
