internal import Ensue
internal import Hummingbird

extension HasuraHook {
    static let operation = Operation(
        id: "takeHasuraDelivery", tag: .hooks, summary: "Take a delivery of a Hasura event trigger",
        description: """
            A row with the columns `kind` and `payload` is an effect: INSERT and MANUAL request it, UPDATE and DELETE are \
            acknowledged and ignored. Any other row is an event `hasura.<schema>.<table>.<operation>`. Acknowledged once \
            it is durable; a delivery that is refused is kept among the rejections.

            Where a secret header is agreed, the delivery has to carry it.
            """,
        access: .other,
        parameters: [
            .query(
                "as", "What all rows are, whatever columns they have.",
                .choice("A mapping.", of: HasuraEndpoint.Mapping.allCases.map(\.rawValue))),
            .account,
        ],
        body: .hasuraDelivery,
        answers: [
            .json(.accepted, "Taken.", .hasuraAnswer), .json(.ok, "Known already, or ignored.", .hasuraAnswer),
            .hasuraRefusal,
        ])
}

extension HasuraNamedHook {
    static let operation = Operation(
        id: "takeHasuraDeliveryAtEndpoint", tag: .hooks, summary: "Take a delivery at a configured endpoint",
        description: """
            As `/hooks/hasura` does; what rows become, to which account they belong, which secret header a delivery has to \
            carry and how a refused one is answered is configured for the endpoint.
            """,
        access: .other,
        parameters: [
            .path("endpoint", "The endpoint's name.", .string("A configured name.", example: "orders")), .account,
        ],
        body: .hasuraDelivery,
        answers: [
            .json(.accepted, "Taken.", .hasuraAnswer),
            .json(
                .ok,
                "Known already, or ignored; or refused, where that is to be answered so: then there is `rejection`.",
                .hasuraAnswer),
            .problem(.notFound, "not-found", because: "no such endpoint is configured; `detail` names those that are."),
            .hasuraRefusal,
        ])
}

extension Answer {
    fileprivate static let hasuraRefusal = Answer.problem(
        .unprocessableContent, "invalid", "unknown-kind", "unknown-type",
        because: "the delivery cannot be taken; `rejection` is under which it is kept.")
}

extension Content {
    fileprivate static let hasuraDelivery = Content.json(
        "The delivery as Hasura sends it.", .hasuraDelivery,
        examples: [
            .init(
                "insert",
                """
                {"id":"85558393-c75d-4d2f-9c15-e80591b83894","created_at":"2026-03-04T09:15:02.118Z",\
                "table":{"schema":"public","name":"orders"},"event":{"op":"INSERT","session_variables":null,\
                "data":{"old":null,"new":{"id":17,"total":129.90}}}}
                """)
        ])
}

extension Schema {
    fileprivate static let hasuraDelivery = Schema.object(
        "A delivery of hasura/graphql-engine v2. Members beyond these are allowed.",
        [
            .required("id", .string("The same over all retries.", length: 1...493)),
            .optional("created_at", .any("When the row changed.")),
            .required(
                "table",
                .object(
                    "Where.", [.required("schema", .string("Its schema.")), .required("name", .string("Its name."))],
                    others: .any)),
            .required(
                "event",
                .object(
                    "What.",
                    [
                        .required("op", .choice("The operation.", of: ["INSERT", "UPDATE", "DELETE", "MANUAL"])),
                        .required(
                            "data",
                            .object(
                                "The row.",
                                [.optional("old", .any("Before.")), .optional("new", .any("After."))], others: .any)),
                    ], others: .any)),
        ], others: .any)

    static let hasuraAnswer = Schema.object(
        "What became of the delivery.",
        [
            .optional("kind", .string("The kind of the effect.")),
            .optional("id", .any("The row's id.")),
            .optional("effect", .id("The effect.")),
            .optional("type", .string("The type of the event.")),
            .optional("event", .id("The event.")),
            .optional("duplicate", duplicate),
            .optional("ignored", .string("The operation that requests nothing.")),
            .optional("table", .string("The table.")),
            .optional("rejection", .id("The rejection under which it is kept.")),
            .optional("problem", .string("The name of the problem with it.")),
            .optional("reason", .string("Why it was ignored or refused.")),
        ])
}
