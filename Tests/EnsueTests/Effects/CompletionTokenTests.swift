import Ensue
import EnsueTesting
import Testing

@Suite struct CompletionTokenTests {
    private static let secret = StoreSecret(bytes: Array(repeating: UInt8(7), count: 32))
    private static let token = CompletionToken(
        effect: EffectID(rawValue: 4711), run: 3, lease: LeaseID(rawValue: 0x1234_5678_9ABC_DEF0))

    @Test(arguments: PropertySeed.seeds(rounds: 3))
    func `a token reads back as it was signed`(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let token = CompletionToken(
                effect: EffectID(rawValue: .random(in: .min ... .max, using: &generator)),
                run: .random(in: 0...Int(UInt32.max), using: &generator),
                lease: LeaseID(rawValue: .random(in: .min ... .max, using: &generator)))
            #expect(CompletionToken(token.signed(with: Self.secret), secret: Self.secret) == token)
        }
    }

    @Test func `a token is safe in an address`() {
        let text = Self.token.signed(with: Self.secret)
        #expect(text.wholeMatch(of: /[A-Za-z0-9_-]+/) != nil)
    }

    @Test func `a token in which any one character is another is worthless`() {
        let text = Array(Self.token.signed(with: Self.secret))
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/= "
        for position in text.indices {
            for character in alphabet where character != text[position] {
                var tampered = text
                tampered[position] = character
                #expect(
                    CompletionToken(String(tampered), secret: Self.secret) == nil, "\(character) at \(position)")
            }
        }
    }

    @Test func `a token of another store is worthless`() {
        let other = StoreSecret(bytes: Array(repeating: UInt8(8), count: 32))
        #expect(CompletionToken(Self.token.signed(with: other), secret: Self.secret) == nil)
    }

    @Test func `a token that is too short, too long or no token at all is worthless`() {
        let text = Self.token.signed(with: Self.secret)
        for length in 0..<text.count {
            #expect(CompletionToken(String(text.prefix(length)), secret: Self.secret) == nil)
        }
        for other in [text + "A", text + "=", text + text, "\(text)\n", " \(text)", "ö", "\0"] {
            #expect(CompletionToken(other, secret: Self.secret) == nil)
        }
    }
}
