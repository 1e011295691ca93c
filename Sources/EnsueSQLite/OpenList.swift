internal import Ensue

/// The effects that are open in a lease, as they stand in its row: `[17,18,21]`.
enum OpenList {
    static func text(_ effects: some Collection<Int64>) -> String {
        var text = "["
        text.reserveCapacity(effects.count * 8 + 2)
        for (index, effect) in effects.enumerated() {
            if index > 0 { text.append(",") }
            text.append(String(effect))
        }
        text.append("]")
        return text
    }

    /// The numbers in a list that ``text(_:)`` made.
    static func effects(_ text: String) -> [Int64] {
        var effects: [Int64] = []
        var number: Int64?
        for byte in text.utf8 {
            if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
                number = (number ?? 0) &* 10 &+ Int64(byte - UInt8(ascii: "0"))
            } else if let finished = number {
                effects.append(finished)
                number = nil
            }
        }
        return effects
    }
}
