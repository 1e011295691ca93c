package import Foundation

/// Dates as text in the profile of ISO 8601 that RFC 3339 defines.
///
/// Foundation's format style is not used: it cuts milliseconds off instead of rounding, which moves most of them by
/// one, and it accepts days and hours that do not exist.
package enum RFC3339 {
    /// The instant in UTC to the nearest millisecond, such as `2026-01-31T09:30:00.250Z`; nil outside the years 0000 to
    /// 9999.
    package static func text(_ date: Date) -> String? {
        let exact = (date.timeIntervalSince1970 * 1000).rounded()
        guard let milliseconds = Int64(exactly: exact) else { return nil }
        let (days, time) = milliseconds.flooredDivision(by: 86_400_000)
        guard (civilYearStart...civilYearEnd).contains(days) else { return nil }
        let (year, month, day) = civil(days: days)
        var text = ContiguousArray<UInt8>()
        text.reserveCapacity(24)
        append(year, width: 4, then: "-", to: &text)
        append(month, width: 2, then: "-", to: &text)
        append(day, width: 2, then: "T", to: &text)
        append(time / 3_600_000, width: 2, then: ":", to: &text)
        append(time / 60_000 % 60, width: 2, then: ":", to: &text)
        append(time / 1000 % 60, width: 2, then: ".", to: &text)
        append(time % 1000, width: 3, then: "Z", to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// The instant that the text names, or nil when it is not an RFC 3339 date and time. The fraction may be absent or
    /// of any length, of which six digits count; the offset may be written without its colon; a leap second is the
    /// second after it.
    package static func date(_ text: String) -> Date? {
        var reader = RFC3339Reader(bytes: ContiguousArray(text.utf8))
        guard let days = reader.date(), reader.takeLetter("T"), let seconds = reader.time() else { return nil }
        guard let fraction = reader.fraction(), let offset = reader.offset(), reader.isAtEnd else { return nil }
        let whole = days * 86_400 + seconds - offset
        return Date(timeIntervalSince1970: Double(whole * fraction.scale + fraction.digits) / Double(fraction.scale))
    }

    private static let civilYearStart: Int64 = -719_528
    private static let civilYearEnd: Int64 = 2_932_896

    private static func append(
        _ number: Int64, width: Int, then separator: Unicode.Scalar, to text: inout ContiguousArray<UInt8>
    ) {
        let digits = String(number).utf8
        text.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: width - digits.count))
        text.append(contentsOf: digits)
        text.append(UInt8(ascii: separator))
    }

    /// Days since 1970-01-01 as a date of the Gregorian calendar, after `civil_from_days` in Howard Hinnant's
    /// "chrono-Compatible Low-Level Date Algorithms".
    private static func civil(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = (days + 719_468).flooredDivision(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}

extension Int64 {
    /// Division towards negative infinity, with a remainder that is never negative.
    fileprivate func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
