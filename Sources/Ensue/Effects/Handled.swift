/// How a handler ends a run that did not fail.
public enum Handled<Output: Sendable>: Sendable {
    /// The effect is done; `Output` is stored with it.
    case completed(Output)
    /// Somebody else will complete it with the completion token. If nobody does in time, it runs again and the
    /// run that was waited for in vain counts as a spent attempt.
    case deferred(within: Duration)
    /// Not yet: run again after this time. Spends no attempt.
    case snoozed(for: Duration)

    func map<Other: Sendable>(_ transform: (Output) throws -> Other) rethrows -> Handled<Other> {
        switch self {
        case .completed(let output): .completed(try transform(output))
        case .deferred(let span): .deferred(within: span)
        case .snoozed(let span): .snoozed(for: span)
        }
    }
}

extension Handled where Output == NoOutput {
    public static func completed() -> Handled { .completed(NoOutput()) }
}
