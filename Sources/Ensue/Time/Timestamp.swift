public import Foundation

/// A moment on the wall clock, in whole milliseconds since 1970-01-01T00:00:00Z.
public struct Timestamp: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    public let milliseconds: Int64

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    public init(_ date: Date) { milliseconds = Int64((date.timeIntervalSince1970 * 1000).rounded()) }

    public var date: Date { Date(timeIntervalSince1970: Double(milliseconds) / 1000) }

    /// Parses ISO 8601 with or without fractional seconds and offset; without an offset the time is UTC.
    public init?(iso8601 text: String) {
        guard let date = RFC3339.date(text) ?? RFC3339.date(text + "Z") else { return nil }
        self.init(date)
    }

    /// ISO 8601 in UTC with milliseconds: `2026-03-04T09:15:02.118Z`.
    public var description: String { RFC3339.text(date) ?? "\(milliseconds) ms since 1970" }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let time = Timestamp(iso8601: text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "'\(text)' is not an ISO 8601 time such as 2026-03-04T09:15:02.118Z")
        }
        self = time
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

    public static func + (time: Timestamp, span: Duration) -> Timestamp {
        let (sum, overflow) = time.milliseconds.addingReportingOverflow(span.milliseconds)
        return Timestamp(milliseconds: overflow ? (span < .zero ? .min : .max) : sum)
    }

    public static func - (time: Timestamp, span: Duration) -> Timestamp { time + (.zero - span) }

    public static func - (left: Timestamp, right: Timestamp) -> Duration {
        .milliseconds(left.milliseconds) - .milliseconds(right.milliseconds)
    }
}

extension Duration {
    /// Whole milliseconds, rounded up so that a wait never ends early; clamped to what 64 bits hold.
    package var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let fraction = (attoseconds + 999_999_999_999_999 * (attoseconds > 0 ? 1 : 0)) / 1_000_000_000_000_000
        let (sum, isBeyond) = whole.addingReportingOverflow(fraction)
        return isBeyond ? (seconds < 0 ? .min : .max) : sum
    }

    package var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
