internal import Ensue
internal import GRDB

extension RecordedEvent {
    /// The columns of the table `events`, under the alias `v`, that ``init(_:)`` reads.
    static let columns = """
        v.id, v.account, v.type, v.source, v.key, v.tags, v.data, \(timeInMilliseconds), v.recorded_at, v.cause, v.depth
        """

    /// Times inserted by other programs may be text.
    private static let timeInMilliseconds = """
        CASE typeof(v.time) WHEN 'null' THEN v.recorded_at WHEN 'integer' THEN v.time
            ELSE CAST(round((julianday(v.time) - 2440587.5) * 86400000) AS INTEGER) END
        """

    init(_ row: Row) throws {
        let tags: String = row[5]
        let source: String? = row[3]
        self.init(
            id: EventID(rawValue: row[0]), account: try Account(row[1] as String),
            type: try EventType(row[2] as String),
            source: try source.map { try SourceName($0) }, key: row[4],
            tags: tags == "[]" ? [] : try JSONText(trusted: tags).decode(), data: JSONText(trusted: row[6]),
            time: Timestamp(milliseconds: row[7]), recordedAt: Timestamp(milliseconds: row[8]),
            cause: (row[9] as Int64?).map(EffectID.init(rawValue:)), depth: row[10])
    }
}
