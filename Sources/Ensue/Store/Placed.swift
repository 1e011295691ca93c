/// An effect that has just been removed from its place: what a store needs to know of it to put it into the next one.
package struct Placed: Sendable {
    package let effect: EffectID
    /// The account's and the kind's numbers in the store.
    package let account: Int64
    package let kind: Int64
    /// The run that the move concerns; 0 if none has begun.
    package let run: Int
    package var lease: LeaseID?
    package var startedAt: Timestamp?
    /// Whether the run was leased without company.
    package var alone = false

    package init(effect: EffectID, account: Int64, kind: Int64, run: Int) {
        self.effect = effect
        self.account = account
        self.kind = kind
        self.run = run
    }
}
