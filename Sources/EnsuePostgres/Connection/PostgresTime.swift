internal import Ensue

/// The binary form of a `timestamptz`: microseconds since 2000-01-01T00:00:00Z, its extremes being the infinities.
enum PostgresTime {
    private static let epoch: Int64 = 946_684_800_000

    static func microseconds(_ time: Timestamp) -> Int64 {
        let (milliseconds, isBefore) = time.milliseconds.subtractingReportingOverflow(epoch)
        guard !isBefore else { return .min }
        let (microseconds, isBeyond) = milliseconds.multipliedReportingOverflow(by: 1000)
        return isBeyond ? (milliseconds < 0 ? .min : .max) : microseconds
    }

    /// Rounds down to the millisecond.
    static func timestamp(microseconds: Int64) -> Timestamp {
        guard microseconds != .min, microseconds != .max else { return Timestamp(milliseconds: microseconds) }
        let (quotient, remainder) = microseconds.quotientAndRemainder(dividingBy: 1000)
        return Timestamp(milliseconds: quotient - (remainder < 0 ? 1 : 0) + epoch)
    }
}
