#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

/// A pipe by which another thread ends a wait in poll(2).
final class WakeUp: Sendable {
    let reader: Int32
    private let writer: Int32

    init() throws(PostgresError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw PostgresError(.connection, "no file descriptor is left: \(String(cString: strerror(errno)))")
        }
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        (reader, writer) = (ends[0], ends[1])
    }

    deinit {
        _ = close(reader)
        _ = close(writer)
    }

    /// Ends the wait that is under way, or else the next one. From any thread.
    func signal() {
        var byte: UInt8 = 1
        // A full pipe refuses, and wakes as well.
        _ = write(writer, &byte, 1)
    }

    /// Takes back what was signalled.
    func reset() {
        var bytes = [UInt8](repeating: 0, count: 64)
        while read(reader, &bytes, bytes.count) > 0 {}
    }
}
