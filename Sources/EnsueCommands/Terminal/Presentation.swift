internal import ArgumentParser
internal import Ensue

/// How a command shows what it found.
struct Presentation: ParsableArguments {
    @Flag(help: "Print JSON as the API has it, one object a line, for programs.")
    var json = false

    @Flag(help: "Show exact times in UTC.")
    var utc = false

    var times: TimeDisplay { TimeDisplay(isExact: utc, now: SystemClock().now()) }
}
