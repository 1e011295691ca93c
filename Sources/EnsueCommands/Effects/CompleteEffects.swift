internal import ArgumentParser
internal import Ensue

/// `ensue effects complete`.
struct CompleteEffects: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "complete", abstract: "Say how uncertain or deferred effects ended.",
        discussion: """
            ensue effects complete 17 --output '{"messageID":"a1"}' says that it did happen; \
            ensue effects complete 17 --error 'never arrived' says that it did not and shall not.
            """)

    @OptionGroup var effects: Deciding

    @Option(help: ArgumentHelp("The output: \(JSONInput.forms).", valueName: "json"))
    var output: JSONInput?

    @Option(help: "What went wrong: the effects have failed.")
    var error: String?

    func validate() throws {
        guard output == nil || error == nil else {
            throw ValidationError("give --output of what is completed, or --error of what failed, not both")
        }
    }

    func run() async throws {
        let output = try output?.document("--output").parsed()
        let outcome: JSONValue = error == nil ? "completed" : "failed"
        try await effects.post(
            "complete",
            Deciding.body(["outcome": outcome, "output": output, "error": error.map { .string($0) }]))
    }
}
