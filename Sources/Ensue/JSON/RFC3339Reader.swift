/// Reads the parts of an RFC 3339 date and time in their order; each gives nil when the text does not have it.
struct RFC3339Reader {
    let bytes: ContiguousArray<UInt8>
    private var position = 0

    init(bytes: ContiguousArray<UInt8>) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { position == bytes.count }

    /// Days since 1970-01-01.
    mutating func date() -> Int64? {
        guard let year = number(width: 4), take("-"), let month = number(width: 2), take("-"),
            let day = number(width: 2)
        else { return nil }
        let isLeap = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
        let lengths: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard (1...12).contains(month), (1...lengths[Int(month) - 1]).contains(day) else { return nil }
        return Self.days(year: year, month: month, day: day)
    }

    /// Seconds since midnight.
    mutating func time() -> Int64? {
        guard let hour = number(width: 2), take(":"), let minute = number(width: 2), take(":"),
            let second = number(width: 2), hour <= 23, minute <= 59, second <= 60
        else { return nil }
        return hour * 3600 + minute * 60 + second
    }

    /// The first six digits of the fraction, and the power of ten that they are parts of.
    mutating func fraction() -> (digits: Int64, scale: Int64)? {
        guard take(".") else { return (0, 1) }
        guard let first = digit() else { return nil }
        var (digits, scale): (Int64, Int64) = (first, 10)
        while let next = digit() {
            guard scale < 1_000_000 else { continue }
            digits = digits * 10 + next
            scale *= 10
        }
        return (digits, scale)
    }

    /// Seconds east of UTC.
    mutating func offset() -> Int64? {
        if takeLetter("Z") { return 0 }
        let sign: Int64
        if take("+") {
            sign = 1
        } else if take("-") {
            sign = -1
        } else {
            return nil
        }
        guard let hours = number(width: 2) else { return nil }
        _ = take(":")
        guard let minutes = number(width: 2), hours <= 23, minutes <= 59 else { return nil }
        return sign * (hours * 3600 + minutes * 60)
    }

    /// Passes a letter in either case.
    mutating func takeLetter(_ upper: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] & ~0x20 == UInt8(ascii: upper) else { return false }
        position += 1
        return true
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func digit() -> Int64? {
        guard position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) else {
            return nil
        }
        position += 1
        return Int64(bytes[position - 1] - UInt8(ascii: "0"))
    }

    private mutating func number(width: Int) -> Int64? {
        var number: Int64 = 0
        for _ in 0..<width {
            guard let digit = digit() else { return nil }
            number = number * 10 + digit
        }
        return number
    }

    /// After `days_from_civil` in Howard Hinnant's "chrono-Compatible Low-Level Date Algorithms".
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}
