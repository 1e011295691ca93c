internal import Ensue

extension Page {
    /// The page as the API shows it; `next` is the cursor for the one after it.
    func members(_ item: (Item) -> JSONMembers) -> JSONMembers {
        var members = JSONMembers()
        members.add("items", items.map(item))
        members.add("next", text: next)
        return members
    }
}

extension Query {
    static let defaultLimit = 50

    /// How many items a page may have.
    func limit() throws -> Int { try number("limit", in: 1...1000) ?? Self.defaultLimit }

    /// Where a page begins.
    func cursor<ID: RowID>(_: ID.Type) throws -> ID? {
        do { return try id("cursor", ID.self) } catch {
            throw Problem.malformed("'cursor' is not the 'next' of an earlier page")
        }
    }

    func key() throws -> String? {
        guard let key = try text("key") else { return nil }
        guard key.utf8.count <= 500, !key.utf8.contains(0) else {
            throw Problem.malformed("'key' cannot be a key: it needs 1 to 500 bytes without NUL")
        }
        return key
    }
}

extension Parameter {
    static let paging: [Parameter] = [
        .query(
            "limit", "How many items a page has at most. A page may have fewer, or none, and yet a `next`.",
            .number("\(Query.defaultLimit) if left out.", in: 1...1000, isWhole: true)),
        .query("cursor", "The `next` of the page before.", .id("Without it the list begins at the newest.")),
    ]

    /// `moment` says which time of an item is meant.
    static func span(_ moment: String) -> [Parameter] {
        [
            .query("since", "\(moment) then or later.", .time("ISO 8601; without an offset UTC.")),
            .query("until", "\(moment) before then.", .time("ISO 8601; without an offset UTC.")),
        ]
    }
}

extension Schema {
    static func page(of item: Schema) -> Schema {
        .object(
            "A part of a list, newest first. The list may grow while it is read: pages stay as they are.",
            [
                .required("items", .array("Newest first, by id.", of: item)),
                .optional("next", .id("Where the next page begins; absent at the end.")),
            ])
    }
}
