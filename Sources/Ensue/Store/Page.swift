/// A part of a list, newest first.
public struct Page<Item: Sendable, ID: RowID>: Sendable {
    public let items: [Item]
    /// Where the rest begins: the `before` of the query for the next page; nil at the end.
    ///
    /// A page may hold fewer items than were asked for, or none, and have more behind it: a look at a long list is
    /// bounded in rows and bytes.
    public let next: ID?

    public init(_ items: [Item], next: ID?) {
        self.items = items
        self.next = next
    }
}

extension Page: Equatable where Item: Equatable {}

extension RecordedEvent {
    /// What it weighs on a page: its data.
    package var bytes: Int { data.text.utf8.count }
}

extension EffectRecord {
    /// What it weighs on a page: payload and output.
    package var bytes: Int { payload.text.utf8.count + (outcome?.output?.text.utf8.count ?? 0) }
}

/// How much one look at a list may take.
package enum PageLimits {
    /// Rows that are looked at where no index leads to those that are wanted.
    package static let rows = 20_000
    /// Bytes of payloads, data and bodies, over which a page ends; one item always fits.
    package static let bytes = 1 << 20
    /// Items that a query may ask for.
    package static let items = 1...1000
}
