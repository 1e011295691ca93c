extension Outcome.Kind {
    /// What is counted when an effect ends like this.
    package var measure: Counter.Measure {
        switch self {
        case .completed: .completed
        case .failed: .failed
        case .cancelled: .cancelled
        }
    }
}

extension Attempt.Result {
    /// What is counted when a run ends like this.
    package var measure: Counter.Measure {
        switch self {
        case .failed, .expired, .retried: .retried
        case .snoozed: .snoozed
        case .lost: .lost
        case .interrupted: .interrupted
        }
    }
}
