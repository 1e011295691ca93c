/// What one check of a store found, in words for people and with a name for monitoring.
public struct Finding: Sendable, Hashable, Codable {
    public enum Severity: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
        case ok
        /// Worth knowing; nothing is wrong.
        case notice
        /// Something will go wrong, or somebody has to decide.
        case warning
        /// Something is wrong now.
        case failure

        public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

        private var rank: Int {
            switch self {
            case .ok: 0
            case .notice: 1
            case .warning: 2
            case .failure: 3
            }
        }
    }

    public let severity: Severity
    /// Stays the same from version to version: `clock.skew`. A check may find several things.
    public let check: String
    public let summary: String
    /// A command, a setting or a statement; every warning and failure has one.
    public let remedy: String?

    public init(_ severity: Severity, _ check: String, _ summary: String, remedy: String? = nil) {
        self.severity = severity
        self.check = check
        self.summary = summary
        self.remedy = remedy
    }

    public static func ok(_ check: String, _ summary: String) -> Finding { Finding(.ok, check, summary) }

    public static func notice(_ check: String, _ summary: String, remedy: String? = nil) -> Finding {
        Finding(.notice, check, summary, remedy: remedy)
    }

    public static func warning(_ check: String, _ summary: String, remedy: String) -> Finding {
        Finding(.warning, check, summary, remedy: remedy)
    }

    public static func failure(_ check: String, _ summary: String, remedy: String) -> Finding {
        Finding(.failure, check, summary, remedy: remedy)
    }

    /// With tables in the remedy, written as `{ledger}`, called what they are called in the store.
    package func naming(_ resolve: (String) -> String) -> Finding {
        Finding(severity, check, summary, remedy: remedy.map(resolve))
    }
}
