internal import ArgumentParser

/// Why a command cannot go on, in words that say what to do. Printed as it is.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String
    let status: Status

    /// What the process ends with.
    enum Status: Int32, Sendable {
        /// Something failed or was refused.
        case failed = 1
        /// The store cannot be opened, the server cannot be reached, or it cannot serve now.
        case unreachable = 2
        /// What was waited for has not ended in time.
        case unfinished = 3
        /// What was asked for cannot be understood; nothing was tried.
        case misunderstood = 64

        var exitCode: ExitCode { ExitCode(rawValue) }
    }

    init(_ description: String, status: Status = .failed) {
        self.description = description
        self.status = status
    }
}
