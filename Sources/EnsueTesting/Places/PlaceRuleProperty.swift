internal import Ensue
public import Testing

/// The place rule as a property: whatever happens in whatever order, a store says of every effect what the model says.
///
/// A failure names its seed; `ENSUE_SEED=<seed>` repeats it. `ENSUE_PROPERTY_ROUNDS` sets how many seeds are tried.
public enum PlaceRuleProperty {
    /// Seeds for a parameterised test; by default so many as take a few seconds.
    public static func seeds(rounds: Int = 6) -> [UInt64] { PropertySeed.seeds(rounds: rounds) }

    /// Does random things to a fresh store and to the model, and compares them after each.
    ///
    /// The first deviation is recorded as an issue, with the operations that led to it, and ends the run.
    public static func run(
        seed: UInt64, operations: Int = 250, factory: StoreUnderTest.Factory,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let subject = try await factory()
        let bench = Bench(subject)
        try await bench.join(PlaceModel.policies, rules: [PlaceModel.rule])
        var driver = PlaceDriver(bench: bench, now: try await bench.now(), seed: seed)
        do {
            for _ in 0..<operations { try await driver.step() }
        } catch {
            let trace = driver.trace.suffix(40).joined(separator: "\n  ")
            Issue.record(
                "\(error)\nafter, last of all:\n  \(trace)\nrepeat with ENSUE_SEED=\(seed)",
                sourceLocation: sourceLocation)
        }
        try await subject.tearDown()
    }
}

/// What a store did that the model does not know.
struct PlaceDeviation: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
