internal import Ensue
internal import Foundation

/// The header `Retry-After` of RFC 9110, section 10.2.3.
enum RetryAfter {
    /// Nobody is believed who says to come back later than this.
    static let limit = Duration.seconds(86_400)

    /// How long to wait from `now` on; zero where the header is absent, past, or neither seconds nor a date.
    static func delay(_ header: String?, at now: Timestamp) -> Duration {
        guard let text = header?.trimmingCharacters(in: .whitespaces), !text.isEmpty else { return .zero }
        if text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
            return Int64(text).map { min(.seconds($0), limit) } ?? limit
        }
        guard let time = date(text, at: now) else { return .zero }
        return min(max(time - now, .zero), limit)
    }

    /// The three forms of RFC 9110, section 5.6.7, of which the last two are obsolete but must be understood:
    /// `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`.
    static func date(_ text: String, at now: Timestamp) -> Timestamp? {
        let parts = text.split { " ,-".contains($0) }
        return switch parts.count {
        case 6 where parts[5] == "GMT": date(day: parts[1], month: parts[2], year: parts[3], time: parts[4], now)
        case 5: date(day: parts[2], month: parts[1], year: parts[4], time: parts[3], now)
        default: nil
        }
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static func date(
        day: Substring, month: Substring, year: Substring, time: Substring, _ now: Timestamp
    ) -> Timestamp? {
        guard let month = months.firstIndex(of: String(month)) else { return nil }
        func instant(_ year: String) -> Timestamp? {
            let text = "\(year)-\(month < 9 ? "0" : "")\(month + 1)-\(day.count == 1 ? "0" : "")\(day)T\(time)Z"
            return RFC3339.date(text).map { Timestamp($0) }
        }
        guard year.count == 2 else { return instant(String(year)) }
        // Two digits mean the past where they would mean more than 50 years ahead.
        let halfCentury = Duration.seconds(50 * 365.25 * 86_400)
        guard let time = instant("20\(year)"), time - now <= halfCentury else { return instant("19\(year)") }
        return time
    }
}
