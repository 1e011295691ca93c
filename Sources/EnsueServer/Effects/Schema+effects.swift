internal import Ensue

extension Schema {
    static let kind = Schema.name("The effect's kind.", example: "http.request")
    static let priority = Schema.choice("Which of an account's waiting effects of a kind starts first.", of: priorities)
    private static let priorities = Priority.allCases.map(\.name)
    static let state = Schema.choice("Where the effect is in its life.", of: EffectQuery.State.allCases.map(\.rawValue))

    static let effect = Schema.object(
        "An effect with all that became of it.",
        [
            .required("id", .id("The effect, over all of its runs.")),
            .required("account", .name("Whose it is.", example: "default")),
            .required("kind", kind),
            .required("state", state),
            .required("runs", .integer("Runs that have begun so far.", in: 0...)),
            .required("payload", .any("What was requested, unchanged to the digit.")),
            .optional("key", key),
            .required("priority", priority),
            .required("createdAt", .time("When it was requested.")),
            .optional(
                "dueAt",
                .time("`scheduled`: when it may run. `deferred`: when the wait for a completion is over.")),
            .optional("output", .any("What its handler returned.")),
            .optional("error", .string("Why it failed or was cancelled.")),
            .optional("startedAt", .time("When the run began that ended it.")),
            .optional("completedAt", .time("When it ended.")),
            .required("attempts", .array("The runs that did not end it, oldest first.", of: attempt)),
            .optional("progress", progress),
            .required("origin", origin),
            .required("hasHandler", .bool("Whether a worker registered a handler for the kind within seven days.")),
        ]
    ).named("Effect")

    private static let attempt = Schema.object(
        "A run that did not end the effect.",
        [
            .required("run", .integer("Its number, from 1.", in: 0...)),
            .required("result", .choice("What became of it.", of: Attempt.Result.allCases.map(\.rawValue))),
            .optional("error", .string("What went wrong.")),
            .optional("startedAt", .time("When it began.")),
            .required("endedAt", .time("When it was over.")),
        ]
    ).named("Attempt")

    private static let progress = Schema.object(
        "The latest note of a run about how far it is.",
        [
            .optional("fraction", .number("0 to 1.", in: 0...1)),
            .optional("note", .string("In words.")),
            .required("at", .time("When it was noted.")),
        ]
    ).named("Progress")

    private static let origin = Schema.object(
        "Why the effect exists; empty for what was requested from outside.",
        [
            .optional("event", .id("The event that a rule matched.")),
            .optional("rule", .string("The rule that matched it.")),
            .optional("effect", .id("The effect whose handler requested it.")),
            .optional("replayOf", .id("The effect that it repeats.")),
        ]
    ).named("Origin")
}

extension Schema {
    /// An effect as it is sent.
    static let effectRequest = Schema.object(
        "An effect to request.",
        [
            .required(
                "kind", .name("Which handler it is for.", example: "log", butNot: "listener.")),
            .required("payload", .any("What its handler needs to know. Numbers keep their digits.")),
            .optional("key", key.orNull),
            .optional("due", Schema.time("Not before this time. ISO 8601; without an offset UTC.").orNull),
            .optional(
                "priority",
                Schema.either(
                    "By name, or by number in the same order.",
                    [priority, .number("0 is urgent, 3 is low.", in: 0...3, isWhole: true)]
                ).orNull),
            .optional("approval", Schema.choice("Held until a person approves.", of: ["required"]).orNull),
        ], others: .none
    ).named("EffectRequest")

    static let effectReceipt = Schema.object(
        "What requesting an effect is acknowledged with.",
        [
            .required("id", .id("The effect.")),
            .optional("state", state),
            .required("duplicate", duplicate),
        ]
    ).named("EffectReceipt")
}
