import Ensue
import Testing

@testable import EnsueCommands

struct TimeTests {
    private static let now = Timestamp(milliseconds: 1_772_615_702_118)

    @Test(arguments: [
        (0, "now"), (12, "12 s ago"), (99, "99 s ago"), (100, "2 min ago"), (3600, "60 min ago"), (6000, "2 h ago"),
        (90_000, "25 h ago"), (172_800, "2 d ago"), (30 * 86_400, "30 d ago"), (40 * 86_400, "2026-01-23"),
        (-45, "in 45 s"), (-7200, "in 2 h"),
    ])
    func `a time is shown as its distance from now`(secondsAgo: Int, text: String) {
        let time = Self.now - .seconds(secondsAgo)
        #expect(TimeDisplay.distance(from: time, to: Self.now) == text)
    }

    @Test func `exact times are the API's own`() {
        let exact = TimeDisplay(isExact: true, now: Self.now)
        #expect(exact.text("2026-03-04T09:15:02.118Z") == "2026-03-04T09:15:02.118Z")
        #expect(exact.text(nil) == "")
    }

    @Test(arguments: [
        ("30s", 30), ("10m", 600), ("10min", 600), ("2h", 7200), ("3d", 259_200), ("1w", 604_800), ("0s", 0),
    ])
    func `a span is a time so long ago, and so far ahead where the future is meant`(text: String, seconds: Int) throws {
        #expect(try Moment(text, now: Self.now).time == Self.now - .seconds(seconds))
    }

    @Test func `dates and times are read as ISO 8601`() throws {
        #expect(try Moment("2026-03-04", now: Self.now).text == "2026-03-04T00:00:00.000Z")
        #expect(try Moment("2026-03-04T09:15:00+01:00", now: Self.now).text == "2026-03-04T08:15:00.000Z")
    }

    @Test(arguments: ["yesterday", "10", "m", "-5m", "10 years", ""])
    func `what is no time is refused with examples`(text: String) {
        #expect("\(#expect(throws: (any Error).self) { try Moment(text, now: Self.now) }!)".contains("30s, 10m, 2h"))
    }
}
