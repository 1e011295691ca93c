import Ensue
import EnsueTesting
import Testing

@Suite struct TimestampTests {
    @Test(arguments: PropertySeed.seeds(rounds: 3))
    func `a time reads back as it was written, to the millisecond`(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<1000 {
            let time = Timestamp(
                milliseconds: .random(in: -62_167_219_200_000...253_402_300_799_999, using: &generator))
            #expect(Timestamp(iso8601: time.description) == time, "\(time.milliseconds) is written as \(time)")
        }
    }

    @Test func `a time is written in UTC with milliseconds`() {
        #expect(Timestamp(milliseconds: 1_772_615_702_118).description == "2026-03-04T09:15:02.118Z")
        #expect(Timestamp(milliseconds: 0).description == "1970-01-01T00:00:00.000Z")
        #expect(Timestamp(milliseconds: 1).description == "1970-01-01T00:00:00.001Z")
        #expect(Timestamp(milliseconds: -1).description == "1969-12-31T23:59:59.999Z")
    }

    @Test(arguments: [
        "2026-03-04T09:15:02.118Z", "2026-03-04T09:15:02.118", "2026-03-04T10:15:02.118+01:00",
        "2026-03-04T04:45:02.118-04:30", "2026-03-04T09:15:02.118000Z", "2026-03-04T10:15:02.118+0100",
    ])
    func `an offset may be given, and without one the time is UTC`(_ text: String) {
        #expect(Timestamp(iso8601: text)?.milliseconds == 1_772_615_702_118)
    }

    @Test func `a fraction may have any length, or be absent`() {
        #expect(Timestamp(iso8601: "1970-01-01T00:00:01Z")?.milliseconds == 1000)
        #expect(Timestamp(iso8601: "1970-01-01T00:00:01.5Z")?.milliseconds == 1500)
        #expect(Timestamp(iso8601: "1970-01-01T00:00:01.123456789Z")?.milliseconds == 1123)
    }

    @Test(arguments: [
        "", "now", "2026", "2026-03-04", "2026-13-04T00:00:00Z", "2026-02-30T00:00:00Z", "2026-03-04T25:00:00Z",
        "2026-03-04T09:15:02Zx", "1772615702118",
    ])
    func `what is no time is not taken for one`(_ text: String) {
        #expect(Timestamp(iso8601: text) == nil)
    }

    @Test func `a time is a string in JSON`() throws {
        let time = Timestamp(milliseconds: 1_772_615_702_118)
        #expect(try JSONText.encoding([time]).text == #"["2026-03-04T09:15:02.118Z"]"#)
        #expect(try JSONText.encoding([time]).decode([Timestamp].self) == [time])
        #expect(throws: DecodingError.self) { try JSONText(parsing: #"["soon"]"#).decode([Timestamp].self) }
    }

    @Test func `adding a span neither overflows nor loses milliseconds`() {
        let time = Timestamp(milliseconds: 1000)
        #expect((time + .milliseconds(1)).milliseconds == 1001)
        #expect((time - .seconds(2)).milliseconds == -1000)
        #expect(time - Timestamp(milliseconds: 400) == .milliseconds(600))
        #expect((Timestamp(milliseconds: .max) + .seconds(1)).milliseconds == .max)
        #expect((Timestamp(milliseconds: .min) - .seconds(1)).milliseconds == .min)
        #expect((time + .seconds(Int64.max)).milliseconds == .max)
    }

    @Test func `a span in milliseconds is rounded up, so that no wait ends early`() {
        #expect(Duration.microseconds(1).milliseconds == 1)
        #expect(Duration.microseconds(1000).milliseconds == 1)
        #expect(Duration.microseconds(1001).milliseconds == 2)
        #expect(Duration.zero.milliseconds == 0)
        #expect(Duration.seconds(-1).milliseconds == -1000)
        #expect(Duration.microseconds(-1500).milliseconds == -1)
        #expect((Duration.seconds(9_223_372_036_854_775) + .milliseconds(900)).milliseconds == .max)
        #expect(Duration.seconds(Int64.min).milliseconds == .min)
    }
}
