internal import Ensue

/// How ids are divided into blocks, of which it is noted what they hold. A part of the schema: it never changes.
enum IDBlock {
    static let bits: Int64 = 10
    static let size: Int64 = 1 << bits
}

extension Write {
    /// Forgets what the blocks of a range held that is gone, as is the room for it: nobody can insert there any more. Of a
    /// range that stays nothing is forgotten. Whoever has drawn ids may insert under them at any time, sees the note as
    /// long as it is there, and would not make another.
    func forgetBlocks(of range: DroppedRange) throws {
        let table = range.family == "events" ? "{event_blocks}" : "{effect_blocks}"
        try execute(
            "DELETE FROM \(table) WHERE block >= $1 AND block < $2",
            [.integer(range.first >> IDBlock.bits), .integer(range.until >> IDBlock.bits)])
    }
}
