internal import ArgumentParser

/// How soon other processes on the store may take over what this one has.
struct WorkerLease: ParsableArguments {
    @Option(
        name: .customLong("lease"),
        help: "Seconds without a sign of life after which other processes on the store take over what this one has.")
    var seconds = 15

    var duration: Duration { .seconds(seconds) }

    func validate() throws {
        guard (1...3600).contains(seconds) else {
            throw ValidationError("--lease is a number of seconds from 1 to 3600")
        }
    }
}
