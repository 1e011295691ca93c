extension Schema {
    static let eventType = Schema.name(
        "The event's name: 1 to 200 of `A-Z a-z 0-9 _ . : / -`. Types that begin with `ensue.` are the engine's own.",
        example: "orders.Placed")

    static let source = Schema.string(
        "What produces such events, as `/<type>/<key>`.", pattern: "^/[^/\\u0000]+/[^\\u0000]+$", length: 4...502,
        example: "/shop/7")

    static let tags = Schema.array(
        "Words to find or route it by.", of: .string("A tag.", pattern: "^[^\\u0000]+$", length: 1...200),
        count: 0...50)

    static let event = Schema.object(
        "A recorded event. It never changes.",
        [
            .required("id", .id("The event.")),
            .required("account", .name("Whose it is.", example: "default")),
            .required("type", eventType),
            .optional("source", source),
            .optional("key", key),
            .required("tags", tags),
            .required("data", .any("What its producer said of it, unchanged to the digit.")),
            .required("time", .time("When it happened, as its producer said, or else when it was recorded.")),
            .required("recordedAt", .time("When it was recorded.")),
            .optional("cause", .id("The effect whose handler recorded it; absent for what came from outside.")),
        ]
    ).named("Event")

    /// An event as it is sent.
    static let eventDraft = Schema.object(
        "An event to record.",
        [
            .required(
                "type",
                .name(
                    "The event's name. Types that begin with `ensue.` are the engine's own.", example: "orders.Placed",
                    butNot: "ensue.")),
            .required("data", .any("Anything. Numbers keep their digits.")),
            .optional("source", source.orNull),
            .optional("key", key.orNull),
            .optional("tags", tags.orNull),
            .optional(
                "time", Schema.time("When it happened, if that is not now. ISO 8601; without an offset UTC.").orNull),
        ], others: .none
    ).named("EventDraft")

    static let eventReceipt = Schema.object(
        "What recording an event is acknowledged with.",
        [.required("id", .id("The event.")), .required("duplicate", duplicate)]
    ).named("EventReceipt")
}
