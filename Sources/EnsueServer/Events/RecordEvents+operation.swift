internal import Hummingbird

extension RecordEvents {
    static let operation = Operation(
        id: "recordEvents", tag: .events, summary: "Record events",
        description: """
            Records one event, or an array of them in one transaction: all or none. Answers once they are durable; what \
            listens for them runs later. A type that this server declares is validated first.

            CloudEvents 1.0 are taken in their three modes over HTTP: structured, batch, and binary with `ce-` headers, \
            where the body is the data in any media type. `source` and `id` are an event's key, so that the second with \
            both is a duplicate. A `source` of the form `/type/key` is the event's source, any other is \
            `/cloudevents/<source>`. Further attributes become tags `ce:<name>=<value>`. Data that is neither JSON nor text \
            becomes `{"base64":"…"}`, with the tag `ce:data_base64`.

            202 if anything was stored, 200 if everything was known by its key.
            """,
        parameters: [.idempotencyKey],
        body: Content(description: "One event, or several.", forms: [.events, .cloudEvent, .cloudEvents]),
        answers: [.accepted, .ok].map { status in
            .json(
                status, status == .ok ? "All were known already." : "Recorded.",
                .either(
                    "One receipt, or one for each element.",
                    [.eventReceipt, .array("In the order of the elements.", of: .eventReceipt)]),
                examples: [.init("one", #"{"id":"17","duplicate":\#(status == .ok)}"#)], headers: [.location])
        } + [.eventsRefused])
}

extension Answer {
    fileprivate static let eventsRefused = Answer.problem(
        .unprocessableContent, "invalid", "unknown-type",
        because:
            "the body is JSON, but not what it has to be, or nobody has declared a type where the server demands it.")
}

extension Content.Form {
    fileprivate static let events = Content.Form(
        mediaType: "application/json",
        schema: .either("One event, or several.", [.eventDraft, .array("Several.", of: .eventDraft, count: 0...1000)]),
        examples: [
            .init(
                "one",
                #"{"type":"orders.Placed","data":{"order":17,"total":129.90},"source":"/shop/7","key":"order-17"}"#),
            .init(
                "several",
                #"[{"type":"orders.Paid","data":{"order":17}},{"type":"orders.Sent","data":{"order":16},"tags":["eu"]}]"#
            ),
        ])

    fileprivate static let cloudEvent = Content.Form(
        mediaType: EventsFormat.structuredType, schema: .cloudEvent, examples: [.init("one", cloudEventExample)])

    fileprivate static let cloudEvents = Content.Form(
        mediaType: EventsFormat.batchType, schema: .array("A batch.", of: .cloudEvent, count: 0...1000),
        examples: [.init("one", "[\(cloudEventExample)]"), .init("none", "[]")])

    private static let cloudEventExample =
        #"{"specversion":"1.0","id":"17","source":"/shop/7","type":"orders.Placed","data":{"total":129.90}}"#
}

extension Schema {
    fileprivate static let cloudEvent = Schema.object(
        "A CloudEvent 1.0 in its JSON format. Further attributes are extensions, named in `a-z0-9`; one that is null is "
            + "unset.",
        [
            .required("specversion", .constant("1.0")),
            .required("id", attribute("Unique among the events of its source.", example: "17")),
            .required(
                "source",
                .string(
                    "Where it happened: a URI reference.", format: "uri-reference", length: 1...400, example: "/shop/7")
            ),
            .required(
                "type",
                .name("The event's type, which needs to be a name.", example: "orders.Placed", butNot: "ensue.")),
            .optional("time", Schema.string("When it happened.", format: "date-time").orNull),
            .optional("subject", attribute("What it is about.", example: "order-17").orNull),
            .optional("dataschema", Schema.string("An absolute URI.", format: "uri").orNull),
            .optional(
                "datacontenttype",
                Schema.string(
                    "The media type of the data.", pattern: "^[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(;.*)?$",
                    example: "application/json"
                ).orNull),
            .optional("data", .any("The data: any JSON.")),
            .optional(
                "data_base64", Schema.string("The data, if it is bytes; instead of `data`.", format: "byte").orNull),
        ], others: .any
    ).named("CloudEvent")

    private static func attribute(_ description: String, example: String) -> Schema {
        .string(description, pattern: "^[^\\u0000-\\u001F\\u007F-\\u009F]+$", length: 1...400, example: example)
    }
}
