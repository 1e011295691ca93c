extension Schema {
    /// A row's identity.
    static func id(_ description: String, example: String = "17") -> Schema {
        .string(
            "\(description) A decimal number, written as a string.", pattern: "^[1-9][0-9]{0,18}$", example: example)
    }

    /// A moment as the API writes it.
    static func time(_ description: String) -> Schema {
        .string(description, format: "date-time", example: "2026-03-04T09:15:02.118Z")
    }

    /// An account, an event type or an effect kind.
    static func name(_ description: String, example: String, butNot reserved: String? = nil) -> Schema {
        let lookahead = reserved.map { "(?!\($0.replacing(".", with: "\\.")))" } ?? ""
        return .string(
            description, pattern: "^\(lookahead)[A-Za-z0-9_.:/-]{1,200}$", length: 1...200, example: example)
    }

    static let key = Schema.string(
        "Unique within the account: what is sent a second time with the same key is acknowledged as a duplicate, and "
            + "nothing happens twice. 1 to 500 bytes of UTF-8 without NUL.",
        pattern: "^[^\\u0000]+$", length: 1...500, example: "order-17")

    static let duplicate = Schema.bool("Whether the key was known already; `id` is then that of the first one.")

    /// An error, as RFC 9457 writes it.
    static let problem = Schema.object(
        "An error (RFC 9457). `type` is for programs, `detail` for people: it says what was wrong and what would be "
            + "right. Depending on the type there are further members.",
        [
            .required(
                "type",
                .string(
                    "`urn:ensue:problem:` and the problem's name.", pattern: "^urn:ensue:problem:[a-z-]+$",
                    example: "urn:ensue:problem:unknown-kind")),
            .required("title", .string("What the type means.")),
            .required("status", .number("The HTTP status.", in: 400...599, isWhole: true)),
            .required("detail", .string("What happened this time.")),
            .optional(
                "errors",
                .array(
                    "What is wrong with which elements of an array.",
                    of: .object(
                        "One bad element.",
                        [
                            .required("index", .integer("The element's index, from 0.", in: 0...)),
                            .required("type", .string("As above, of this element.")),
                            .required("detail", .string("What is wrong with this element.")),
                        ], others: .any))),
            .optional("state", .string("`wrong-state`: the effect's state.")),
            .optional("outcome", .object("`wrong-state`: how the effect ended.", [], others: .any)),
            .optional("kind", .any("`unknown-kind`: the kind that no worker handles.")),
            .optional(
                "near", .array("`unknown-kind`: known kinds that are spelt almost alike.", of: .string("A kind."))),
            .optional("eventType", .string("`unknown-type`: the type that nobody has declared.")),
            .optional("id", .any("Of a Hasura delivery: the row's `id`.")),
            .optional("rejection", .id("Under which a refused delivery is kept.")),
            .optional("resolvedAt", .time("`already-resolved`: when a replay was accepted.")),
            .optional("resolution", .string("`already-resolved`: what the accepted replay became.")),
            .optional("line", .integer("`malformed`: the line at which the body stops being JSON.", in: 1...)),
            .optional("column", .integer("`malformed`: the column in that line.", in: 1...)),
            .optional("request", .string("`internal`: the request's id, under which the log names the error.")),
        ], others: .any
    ).named("Problem")
}
