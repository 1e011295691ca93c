internal import ArgumentParser
internal import Ensue

/// `ensue effects replay`.
struct ReplayEffects: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Repeat effects as new ones, in whatever state they are.",
        discussion: "The new effect refers to the old one; both stay in the ledger.")

    @OptionGroup var effects: Deciding

    @Option(help: ArgumentHelp("Another payload: \(JSONInput.forms).", valueName: "json"))
    var payload: JSONInput?

    @Option(help: "The new effect's key: the second replay with it is the first one.")
    var key: String?

    func validate() throws {
        guard key == nil || effects.ids.count == 1 else { throw ValidationError("--key is the key of a single replay") }
    }

    func run() async throws {
        let body = Deciding.body(["payload": try payload?.document("--payload").parsed()])
        try await effects.location.withLedger { ledger in
            try await ForEach(ids: effects.ids).run { id in
                let receipt = try await ledger.post("/v1/effects/\(id)/replay", body, key: key)
                let new = receipt["id"]?.string ?? "?"
                try effects.show(
                    receipt,
                    receipt["duplicate"]?.bool == true
                        ? "Effect \(new) has this key already; nothing was requested."
                        : "Requested effect \(new), a replay of \(id).")
            }
        }
    }
}
