internal import Crypto
internal import Ensue
internal import Foundation

extension EventDraft {
    /// A CloudEvent as an event of `account`.
    ///
    /// - `type`, `time` (to the millisecond) and the data are the event's own.
    /// - A `source` of the form `/type/key` is its source; any other becomes `/cloudevents/<source>`.
    /// - `source` and `id` are its key, `ce:<source> <id>`: no source holds a blank, so two events never share it. What
    ///   would be longer than keys may be is `ce:sha256:` and the digest of `<source> <id>`, in hexadecimal.
    /// - Everything else is a tag: `ce:<name>=<value>`. A tag has 200 bytes at most, so longer values are cut into
    ///   `ce:<name>*0=…`, `ce:<name>*1=…`, as RFC 2231 does it. What does not fit into source or key is kept likewise.
    ///
    /// Throws ``Invalid`` for what is no event here: a type with other characters than names have, or more attributes
    /// than tags can hold.
    init(_ event: CloudEvent, account: Account) throws {
        let source = try event.sourceName()
        var tags = event.isBinary ? ["ce:data_base64"] : []
        if !event.fitsKey { tags += CloudEvent.tags("id", event.id) }
        if source.isDigest { tags += CloudEvent.tags("source", event.source) }
        for (name, text) in event.others { tags += CloudEvent.tags(name, text) }
        try require(
            tags.count <= 50,
            "its attributes need \(tags.count) tags of 200 bytes; an event here has at most 50 of them")
        self.init(
            account: account, type: try EventType(event.type), data: JSONText(event.data), source: source.name,
            key: event.key, tags: tags, time: event.time)
    }
}

extension CloudEvent {
    private var identity: String { "\(source) \(id)" }

    fileprivate var fitsKey: Bool { identity.utf8.count <= 497 }

    fileprivate var key: String { fitsKey ? "ce:\(identity)" : "ce:\(digest(identity))" }

    fileprivate func sourceName() throws(Invalid) -> (name: SourceName, isDigest: Bool) {
        do { return (try SourceName(source), false) } catch {
            let type = "cloudevents"
            let fits = type.utf8.count + source.utf8.count <= 500
            return (try SourceName(type: type, key: fits ? source : digest(source)), !fits)
        }
    }

    private func digest(_ text: String) -> String {
        "sha256:\(Hexadecimal.text(SHA256.hash(data: Data(text.utf8))))"
    }

    /// Separates a value into tags; see ``EventDraft/init(_:account:)``.
    fileprivate static func tags(_ name: String, _ text: String) -> [String] {
        let whole = "ce:\(name)=\(text)"
        guard whole.utf8.count > 200 else { return [whole] }
        var tags: [String] = []
        var rest = text.unicodeScalars[...]
        while !rest.isEmpty {
            var tag = "ce:\(name)*\(tags.count)="
            while let scalar = rest.first, tag.utf8.count + UTF8.width(scalar) <= 200 {
                tag.unicodeScalars.append(scalar)
                rest.removeFirst()
            }
            tags.append(tag)
        }
        return tags
    }
}
