internal import Ensue

/// How ids are divided into blocks, of which it is noted what they hold. A part of the schema: it never changes.
enum IDBlock {
    static let bits: Int64 = 10
    static let size: Int64 = 1 << bits
    /// So many of the newest are never forgotten: rows with their ids may still be under way.
    static let kept: Int64 = 100
}

extension Write {
    /// Forgets what the blocks of a range held that is gone.
    func forgetBlocks(of range: DroppedRange) throws {
        let table = range.family == "events" ? "{event_blocks}" : "{effect_blocks}"
        try execute(
            "DELETE FROM \(table) WHERE block >= $1 AND block < $2",
            [.integer(range.first >> IDBlock.bits), .integer(range.until >> IDBlock.bits)])
    }

    /// Forgets blocks of which nothing is left. `rows` say account and id of what was deleted.
    func forgetBlocks(_ family: String, of rows: PostgresRows) throws {
        let blocks = Set(rows.map { AccountBlock(account: $0.text(0), block: $0.int(1) >> IDBlock.bits) })
        guard !blocks.isEmpty else { return }
        let (table, sequence) =
            family == "events" ? ("{event_blocks}", "{event_id}") : ("{effect_blocks}", "{effect_id}")
        try execute(
            """
            DELETE FROM \(table) b USING unnest($1::text[], $2::bigint[]) AS w (account, block)
            WHERE b.account = w.account AND b.block = w.block
                AND b.block < (SELECT (last_value >> \(IDBlock.bits)) - \(IDBlock.kept) FROM \(sequence))
                AND NOT EXISTS (SELECT FROM {\(family)} x WHERE x.account = w.account
                    AND x.id BETWEEN w.block << \(IDBlock.bits) AND (w.block << \(IDBlock.bits)) + \(IDBlock.size - 1))
            """, [.texts(blocks.map(\.account)), .integers(blocks.map(\.block))])
    }
}

private struct AccountBlock: Hashable {
    let account: String
    let block: Int64
}
