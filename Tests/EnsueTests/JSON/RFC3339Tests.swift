import Ensue
import Foundation
import Testing

@Suite(.timeLimit(.minutes(1)))
struct RFC3339Tests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (-0.001, "1969-12-31T23:59:59.999Z"),
        (951_782_400, "2000-02-29T00:00:00.000Z"),
        (1_700_000_000.123, "2023-11-14T22:13:20.123Z"), (1_700_000_000.9996, "2023-11-14T22:13:21.000Z"),
        (4_107_542_400, "2100-03-01T00:00:00.000Z"), (-62_167_219_200, "0000-01-01T00:00:00.000Z"),
        (253_402_300_799.999, "9999-12-31T23:59:59.999Z"),
    ])
    func `an instant is written to the nearest millisecond`(seconds: Double, text: String) {
        let date = Date(timeIntervalSince1970: seconds)
        #expect(RFC3339.text(date) == text)
        #expect(RFC3339.date(text).flatMap(RFC3339.text) == text)
    }

    @Test(arguments: [253_402_300_800, -62_167_219_200.001, 1e300, .infinity, .nan])
    func `an instant outside the years 0000 to 9999 has no text`(seconds: Double) {
        #expect(RFC3339.text(Date(timeIntervalSince1970: seconds)) == nil)
    }

    @Test(arguments: [
        ("2026-01-31T09:30:00Z", 1_769_851_800), ("2026-01-31t09:30:00z", 1_769_851_800),
        ("2026-01-31T11:30:00+02:00", 1_769_851_800), ("2026-01-31T07:00:00-0230", 1_769_851_800),
        ("2026-01-31T09:30:00.5Z", 1_769_851_800.5), ("2026-01-31T09:30:00.123456Z", 1_769_851_800.123456),
        ("2026-01-31T09:30:00.123456999Z", 1_769_851_800.123456), ("2016-12-31T23:59:60Z", 1_483_228_800),
        ("2024-02-29T00:00:00Z", 1_709_164_800),
    ])
    func `fractions and offsets are read`(text: String, seconds: Double) {
        #expect(RFC3339.date(text) == Date(timeIntervalSince1970: seconds))
    }

    @Test(arguments: [
        "", "2026-01-31", "2026-01-31T09:30:00", "2026-01-31 09:30:00Z", "2026-01-31T09:30Z", "2026-1-31T09:30:00Z",
        "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-00-01T00:00:00Z",
        "2026-13-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-31T24:00:00Z", "2026-01-31T09:60:00Z",
        "2026-01-31T09:30:61Z", "2026-01-31T09:30:00.Z", "2026-01-31T09:30:00,5Z", "2026-01-31T09:30:00Zx",
        "2026-01-31T09:30:00+24:00", "2026-01-31T09:30:00+02", "2026-01-31T09:30:00+02:60", "+2026-01-31T09:30:00Z",
        "２026-01-31T09:30:00Z",
    ])
    func `what is not a date and time is refused`(text: String) {
        #expect(RFC3339.date(text) == nil)
    }

    @Test func `every millisecond comes back as the same instant`() {
        var random = JSONTestRandom.seeded()
        for _ in 0..<20_000 {
            let milliseconds = Int64.random(in: -62_167_219_200_000...253_402_300_799_999, using: &random)
            let date = Date(timeIntervalSince1970: Double(milliseconds) / 1000)
            let text = RFC3339.text(date)
            #expect(text.flatMap(RFC3339.date) == date, "\(milliseconds) gave \(text ?? "nothing")")
        }
    }
}
