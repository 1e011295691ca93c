import Ensue
import EnsueTesting
import Synchronization
import Testing

private final class Fixed: Randomness {
    private let value: UInt64
    init(_ value: UInt64) { self.value = value }
    func next() -> UInt64 { value }
}

@Suite struct RandomnessTests {
    @Test func `an id is always positive`() {
        for bits in [0, 1, .max, 1 << 63] as [UInt64] { #expect(Fixed(bits).id() > 0) }
    }

    @Test func `a fraction is never below zero and never one`() {
        #expect(Fixed(0).fraction() == 0)
        #expect(Fixed(.max).fraction() < 1)
        #expect(Fixed(.max).fraction() > 0.999)
    }

    @Test func `the same seed gives the same numbers, another one others`() {
        let (first, second, other) = (SeededRandomness(seed: 1), SeededRandomness(seed: 1), SeededRandomness(seed: 2))
        let numbers = (0..<10).map { _ in first.next() }
        #expect(numbers == (0..<10).map { _ in second.next() })
        #expect(numbers != (0..<10).map { _ in other.next() })
        #expect(Set(numbers).count == 10)
    }
}
