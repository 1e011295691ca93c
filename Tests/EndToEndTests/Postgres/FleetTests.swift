import Foundation
import PostgresServer
import Testing

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

private let isSoak = ProcessInfo.processInfo.environment["ENSUE_SOAK"] != nil

/// What is promised whatever happens to processes, servers and networks. One after the other: each is a load of its own.
@Suite(.serialized, .timeLimit(.minutes(isSoak ? 240 : 10)))
struct FleetTests {
    static let rounds = ProcessInfo.processInfo.environment["ENSUE_KILL_ROUNDS"].flatMap(Int.init) ?? 3

    /// Prints its seed, which can be given again.
    static func random() -> SplitMix {
        let seed = ProcessInfo.processInfo.environment["ENSUE_SEED"].flatMap(UInt64.init) ?? .random(in: 0...UInt64.max)
        print("seed: ENSUE_SEED=\(seed)")
        return SplitMix(state: seed)
    }
}
