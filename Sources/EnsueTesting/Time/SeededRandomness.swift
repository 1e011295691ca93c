public import Ensue
internal import Synchronization

/// Random numbers that are the same for the same seed: SplitMix64, after Steele, Lea and Flood, "Fast Splittable
/// Pseudorandom Number Generators".
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// ``SeededGenerator`` as the engine takes it.
public final class SeededRandomness: Randomness {
    private let generator: Mutex<SeededGenerator>

    public init(seed: UInt64 = 1) { generator = Mutex(SeededGenerator(seed: seed)) }

    public func next() -> UInt64 { generator.withLock { $0.next() } }
}
