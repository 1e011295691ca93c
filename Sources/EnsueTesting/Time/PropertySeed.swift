internal import Foundation

/// Where property tests take their seeds and their number of rounds from.
///
/// `ENSUE_SEED` repeats one run, as a failure has printed it; `ENSUE_PROPERTY_ROUNDS` says how many others there are.
public enum PropertySeed {
    /// The seed of the environment, or else `rounds` new ones.
    public static func seeds(rounds: Int) -> [UInt64] {
        let environment = ProcessInfo.processInfo.environment
        if let fixed = environment["ENSUE_SEED"].flatMap(UInt64.init) { return [fixed] }
        let count = environment["ENSUE_PROPERTY_ROUNDS"].flatMap(Int.init) ?? rounds
        return (0..<count).map { _ in UInt64.random(in: 0 ... .max) }
    }
}
