internal import ArgumentParser

/// `ensue effects`: the ledger, and what a person may decide about it.
struct Effects: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look at effects, and decide about them.",
        subcommands: [
            ListEffects.self, ShowEffect.self, RetryEffects.self, ReplayEffects.self, CancelEffects.self,
            ApproveEffects.self, RefuseEffects.self, CompleteEffects.self,
        ])
}
