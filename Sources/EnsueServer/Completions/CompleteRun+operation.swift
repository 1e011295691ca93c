internal import Hummingbird

extension CompleteRun {
    static let operation = Operation(
        id: "completeRun", tag: .completions, summary: "Complete a run, or say how far it is",
        description: """
            For whoever was handed a run. The token in the path is all that is needed: no API key, no account. A second \
            outcome is refused with the first one.
            """,
        access: .other, takesKeys: false,
        parameters: [
            .path("token", "The completion token that came with the work.", .string("A token.", length: 1...500))
        ],
        body: .json(
            "How the run ended, or how far it is.",
            .either("An outcome or a note of progress.", [.completedOutcome, .failedRun, .progressNote]),
            examples: [
                .init("completed", #"{"outcome":"completed","output":{"messageID":"m-1"}}"#),
                .init("failed, to be tried again", #"{"outcome":"failed","error":"the line was busy","retry":true}"#),
                .init("progress", #"{"progress":{"fraction":0.4,"note":"two of five pages"}}"#),
            ]),
        answers: [
            .json(
                .ok, "The outcome was taken.",
                .object(
                    "The effect as it is now.",
                    [.required("id", .id("The effect.")), .required("state", .state)])),
            .empty(.noContent, "The progress was noted."),
            .problem(.notFound, "not-found", because: "the token is not one of this store's."),
            .problem(
                .conflict, "wrong-state",
                because: "the effect has ended, or a newer run has begun; `state` and `outcome` say what is so."),
            .invalid,
        ])
}

extension Schema {
    static let completedOutcome = Schema.object(
        "It has happened.",
        [
            .required("outcome", .constant("completed")),
            .optional("output", .any("What came of it.")),
        ], others: .none)

    static let failedOutcome = Schema.object(
        "It has not happened, and shall not.",
        [
            .required("outcome", .constant("failed")),
            .required("error", .string("Why.")),
        ], others: .none)

    fileprivate static let failedRun = Schema.object(
        "It has not happened.",
        [
            .required("outcome", .constant("failed")),
            .required("error", .string("Why.")),
            .optional(
                "retry",
                Schema.bool("Whether the kind's policy may try again; otherwise the effect has failed.").orNull),
        ], others: .none)

    fileprivate static let progressNote = Schema.object(
        "It goes on.",
        [
            .required(
                "progress",
                .object(
                    "How far it is.",
                    [
                        .optional("fraction", Schema.number("0 to 1.", in: 0...1).orNull),
                        .optional("note", Schema.string("In words.").orNull),
                    ], others: .none))
        ], others: .none)
}
