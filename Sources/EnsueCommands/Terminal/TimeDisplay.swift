internal import Ensue
internal import Foundation

/// How times are shown: as the distance from now, or exactly in UTC.
struct TimeDisplay: Sendable {
    let isExact: Bool
    let now: Timestamp

    /// A time of the API; empty where there is none.
    func text(_ json: JSONValue?) -> String {
        guard let text = json?.string else { return "" }
        guard !isExact, let time = Timestamp(iso8601: text) else { return text }
        return Self.distance(from: time, to: now)
    }

    /// `3 min ago`, `in 2 h`; the date of what is more than a month away.
    static func distance(from time: Timestamp, to now: Timestamp) -> String {
        let seconds = (now.milliseconds - time.milliseconds) / 1000
        guard let span = span(abs(seconds)) else { return String(time.description.prefix(10)) }
        return abs(seconds) < 1 ? "now" : seconds > 0 ? "\(span) ago" : "in \(span)"
    }

    private static func span(_ seconds: Int64) -> String? {
        switch seconds {
        case ..<100: "\(seconds) s"
        case ..<6_000: "\((seconds + 30) / 60) min"
        case ..<172_800: "\((seconds + 1800) / 3600) h"
        case ..<2_678_400: "\((seconds + 43_200) / 86_400) d"
        default: nil
        }
    }

    /// How long something took, from two times of the API: `1.2 s`.
    static func length(from start: JSONValue?, to end: JSONValue?) -> String? {
        guard let start = start?.string.flatMap({ Timestamp(iso8601: $0) }),
            let end = end?.string.flatMap({ Timestamp(iso8601: $0) })
        else { return nil }
        let milliseconds = end.milliseconds - start.milliseconds
        return switch milliseconds {
        case ..<0: nil
        case ..<1000: "\(milliseconds) ms"
        case ..<60_000: "\(Double(milliseconds / 100) / 10) s"
        default: span(milliseconds / 1000) ?? "\(milliseconds / 86_400_000) d"
        }
    }
}

extension Timestamp {
    /// Hours, minutes and seconds on the clock of whoever looks: `09:15:02`.
    var clockTime: String {
        let style = Date.VerbatimFormatStyle(
            format: """
                \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\
                \(second: .twoDigits)
                """, timeZone: .current, calendar: .current)
        return date.formatted(style)
    }
}
