/// Which of an account's waiting effects of one kind starts first. Stored as 0 (urgent) to 3 (low).
public enum Priority: Int, Sendable, Hashable, Comparable, Codable, CaseIterable {
    case urgent = 0
    case high = 1
    case normal = 2
    case low = 3

    public static func < (left: Priority, right: Priority) -> Bool { left.rawValue < right.rawValue }
}
