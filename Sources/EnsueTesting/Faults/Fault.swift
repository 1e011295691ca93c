/// Something that goes wrong at one call to a ``FaultingStore``.
public struct Fault: Sendable, Hashable {
    /// Whether the call has had its effect when things go wrong.
    public enum Moment: Sendable, Hashable, CaseIterable {
        /// Nothing of the call has happened.
        case before
        /// The call was carried out, and its caller does not learn of it: an ambiguous commit.
        case after
    }

    enum Consequence: Sendable, Hashable { case fails, dies }

    let consequence: Consequence
    let moment: Moment
    let call: Int
    let verb: StoreVerb?

    /// The `call`th call throws a transient ``StoreError``; the next one is served again. Calls are counted from 1,
    /// those to `verb` alone if one is given.
    public static func fails(_ moment: Moment = .before, call: Int, of verb: StoreVerb? = nil) -> Fault {
        Fault(consequence: .fails, moment: moment, call: call, verb: verb)
    }

    /// The `call`th call throws, and so does every call after it: the process has died for all that the store sees of
    /// it. Calls are counted as for ``fails(_:call:of:)``.
    public static func dies(_ moment: Moment, call: Int, of verb: StoreVerb? = nil) -> Fault {
        Fault(consequence: .dies, moment: moment, call: call, verb: verb)
    }
}
