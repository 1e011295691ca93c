internal import ArgumentParser
internal import Ensue

/// The time that a list covers.
struct Period: ParsableArguments {
    @Option(help: "Only from this time on: 10m, 2h, 3d ago, or 2026-03-04T09:15:00Z.", transform: Moment.init)
    var since: Moment?

    @Option(help: "Only before this time, written as for --since.", transform: Moment.init)
    var until: Moment?

    var query: [(name: String, value: String?)] { [("since", since?.text), ("until", until?.text)] }
}

/// A time as a person gives it: a span back from now, or an ISO 8601 time or date.
struct Moment: Sendable, Equatable {
    let time: Timestamp

    var text: String { time.description }

    init(_ text: String) throws { try self.init(text, now: SystemClock().now()) }

    /// A time as for a moment, but with spans from now on.
    static func ahead(_ text: String) throws -> Moment {
        let now = SystemClock().now()
        let time = try Moment(text, now: now).time
        return isSpan(text) ? Moment(time: now + (now - time)) : Moment(time: time)
    }

    private static func isSpan(_ text: String) -> Bool { Timestamp(iso8601: text) == nil && !text.contains("-") }

    private init(time: Timestamp) { self.time = time }

    init(_ text: String, now: Timestamp) throws {
        if let match = text.wholeMatch(of: /([0-9]{1,9})\s*(s|m|min|h|d|w)/), let count = Int64(match.1) {
            let seconds: Int64 =
                switch match.2 {
                case "s": 1
                case "m", "min": 60
                case "h": 3600
                case "d": 86_400
                default: 604_800
                }
            time = now - .seconds(count * seconds)
            return
        }
        guard let time = Timestamp(iso8601: text) ?? Timestamp(iso8601: "\(text)T00:00:00Z") else {
            throw ValidationError(
                "'\(text)' is no time; write 30s, 10m, 2h, 3d or 1w for so long ago, or 2026-03-04T09:15:00Z")
        }
        self.time = time
    }
}
