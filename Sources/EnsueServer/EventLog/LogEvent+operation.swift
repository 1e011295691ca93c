internal import Hummingbird

extension LogEvent {
    static let operation = Operation(
        id: "logEvent", tag: .events, summary: "Log an event by its name and parameters",
        description: """
            The call of eventlib. `__event__` is the event's name, exactly `app.Name`; the other parameters are its data, as \
            strings. One that is repeated becomes the array of its values. A JSON object in the body is data as it is, and \
            a form counts as the query does; what is given in both is refused. The event's source is `/client/<address>`.

            202 if it was recorded, 200 if its `Idempotency-Key` was known.
            """,
        parameters: [
            Parameter(
                name: "__event__", place: .query,
                description: "The event's name. Where the body is a form, it may stand there instead.",
                schema: .string(
                    "`app.Name`.", pattern: "^[A-Za-z0-9_:/-]+\\.[A-Za-z0-9_:/-]+$", length: 3...200,
                    example: "polls.PollCompleted"),
                isRequired: true),
            .idempotencyKey,
        ],
        takesAnyQuery: true,
        body: Content(
            description: "More data.", isRequired: false,
            forms: [
                .init(
                    mediaType: "application/json", schema: .object("Data.", [], others: .any),
                    examples: [.init("data", #"{"score":9}"#)]),
                .init(
                    mediaType: "application/x-www-form-urlencoded", schema: .object("Parameters.", [], others: .any)),
            ]),
        answers: [
            .json(.accepted, "Recorded.", .eventReceipt, headers: [.location]),
            .json(.ok, "The key was known already.", .eventReceipt, headers: [.location]),
            .problem(
                .unprocessableContent, "invalid-name", "unknown-type", "invalid",
                because:
                    "the name is not `app.Name`; it is, but nobody has declared the type; or the data is not valid."),
        ])
}
