internal import Ensue

extension PlaceModel {
    /// How the store's view of an effect deviates from the model's; nil if it does not.
    func deviation(of record: EffectRecord, precision: Duration) -> String? {
        guard let entry = entries[record.id] else { return "effect \(record.id) is unknown to the model" }
        guard Self.agree(record.state, entry.state, precision) else {
            return "effect \(record.id) of '\(entry.kind)' is \(record.state), the model says \(entry.state)"
        }
        let past = record.attempts.map { "\($0.run) \($0.result)" }
        let expected = entry.past.map { "\($0.run) \($0.result)" }
        guard past == expected else {
            return "effect \(record.id) has the attempts \(past), the model says \(expected)"
        }
        guard record.account == entry.account, record.kind == entry.kind, record.priority == entry.priority else {
            return "effect \(record.id) is not what was requested"
        }
        return nil
    }

    /// Texts of errors are the store's and the decisions' own; everything else has to agree.
    private static func agree(_ store: EffectState, _ model: EffectState, _ precision: Duration) -> Bool {
        switch (store, model) {
        case (.scheduled(let run, let due), .scheduled(let otherRun, let otherDue)):
            run == otherRun && isSame(due, otherDue, precision)
        case (.deferred(let run, let lease, let deadline), .deferred(let otherRun, let otherLease, let otherDeadline)):
            run == otherRun && lease == otherLease && isSame(deadline, otherDeadline, precision)
        case (.ended(let outcome), .ended(let other)):
            outcome.kind == other.kind && outcome.run == other.run && outcome.output == other.output
                && isSame(outcome.completedAt, other.completedAt, precision)
        default: store == model
        }
    }

    private static func isSame(_ time: Timestamp, _ other: Timestamp, _ precision: Duration) -> Bool {
        time - other <= precision && other - time <= precision
    }
}
