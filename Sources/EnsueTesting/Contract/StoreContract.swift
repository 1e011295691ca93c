public import Testing

/// What every store has to do, sentence by sentence. A store's own test is a few lines:
///
/// ```swift
/// @Suite(.timeLimit(.minutes(5))) struct SQLiteStoreContract {
///     @Test(arguments: StoreContract.cases) func `the store holds that`(_ check: StoreContract.Case) async throws {
///         try await check.run(against: makeStore)
///     }
/// }
/// ```
public enum StoreContract {
    /// One sentence that has to be true of a store.
    public struct Case: Sendable, CustomTestStringConvertible {
        /// The sentence.
        public let name: String
        private let body: @Sendable (Bench) async throws -> Void

        init(_ name: String, _ body: @escaping @Sendable (Bench) async throws -> Void) {
            self.name = name
            self.body = body
        }

        public var testDescription: String { name }

        /// Checks the sentence on a store of its own. Deviations are recorded as issues of the running test.
        public func run(against factory: StoreUnderTest.Factory) async throws {
            let subject = try await factory()
            let result: Result<Void, any Error>
            do { result = .success(try await body(Bench(subject))) } catch { result = .failure(error) }
            try await subject.tearDown()
            try result.get()
        }
    }

    /// All sentences, by subject.
    public static let cases: [Case] = [
        recording, requesting, keys, plainSQL, routing, rules, listenerAge, endings, endingsAtTheEdge,
        claiming, fairness, time, settling, settlingInParts, ledger, fence, buffered, transactionWork,
        heartbeats, cancellations, rescuing, poison, givingBack,
        commands, deciding, tokens, approval,
        retiring, counting, kinds, notes, pending, changes, concurrency,
        listing, listingFilters, listingEvents, listingAnything, consequences, kindStatus, rejections,
    ].flatMap { $0 }
}
