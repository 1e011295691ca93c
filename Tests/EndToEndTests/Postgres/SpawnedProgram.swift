import Foundation
import Synchronization

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A program that inherits nothing but what it writes to.
///
/// Foundation's `Process` on Linux takes a program for ended once nobody holds a socket of its own that others, started
/// at the same moment, can inherit. Here many start at once, and some for long: this one is asked for itself.
final class SpawnedProgram: Sendable {
    let identifier: pid_t
    private let status = Mutex<Int32?>(nil)

    init(_ path: String, _ arguments: [String], environment: [String: String], output: Int32) throws {
        var actions = Self.emptyActions()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, output, 2)
        var attributes = Self.emptyAttributes()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A thread of the cooperative pool blocks signals; its children would be born deaf to them.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        #if canImport(Darwin)
            posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_CLOEXEC_DEFAULT))
        #else
            posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
            try Self.closeTheRest(&actions)
        #endif
        let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }.map { "\($0)=\($1)" }
        var child = pid_t()
        let result = Self.withPointers([path] + arguments) { arguments in
            Self.withPointers(variables) { posix_spawn(&child, path, &actions, &attributes, arguments, $0) }
        }
        guard result == 0 else { throw EndToEndError("no start of \(path): \(String(cString: strerror(result)))") }
        identifier = child
    }

    var isRunning: Bool {
        status.withLock { status in
            guard status == nil else { return false }
            var ended: Int32 = 0
            guard waitpid(identifier, &ended, WNOHANG) == identifier else { return true }
            status = ended
            return false
        }
    }

    /// As a shell tells it: 137 is killed by signal 9. It has to have ended.
    var exitStatus: Int32 {
        let status = status.withLock { $0 } ?? 0
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + status & 0x7F
    }

    private static func withPointers<Value>(
        _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Value
    ) -> Value {
        let copies = texts.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        return body(copies + [nil])
    }

    #if canImport(Darwin)
        private static func emptyActions() -> posix_spawn_file_actions_t? { nil }
        private static func emptyAttributes() -> posix_spawnattr_t? { nil }
    #else
        /// glibc has had it since 2.34, and declares it only for programs that ask for GNU's own.
        private static func closeTheRest(_ actions: inout posix_spawn_file_actions_t) throws {
            typealias CloseFrom = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32
            guard let symbol = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np") else {
                throw EndToEndError("this system's C library cannot start a program that inherits nothing")
            }
            _ = unsafeBitCast(symbol, to: CloseFrom.self)(&actions, 3)
        }

        private static func emptyActions() -> posix_spawn_file_actions_t { .init() }
        private static func emptyAttributes() -> posix_spawnattr_t { .init() }
    #endif
}
