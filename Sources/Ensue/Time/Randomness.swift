/// Where the engine draws its random numbers: ids of leases and workers, and jitter.
public protocol Randomness: Sendable {
    /// 64 uniformly random bits.
    func next() -> UInt64
}

/// The system's generator.
public struct SystemRandomness: Randomness {
    public init() {}

    public func next() -> UInt64 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }
}

extension Randomness {
    /// A positive number that can be an id.
    package func id() -> Int64 { Int64(next() >> 1) | 1 }

    /// Uniform in 0 ..< 1.
    package func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }
}
