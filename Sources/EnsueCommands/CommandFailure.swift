/// Why a command cannot go on, in words that say what to do. Printed as it is; the exit code is 1.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
