import Foundation

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A connection on which a test says what it wants, word for word. Waits for the server, ten seconds at most.
final class RawConnection {
    struct Failure: Error {
        let operation: String
        let code = errno
    }

    #if canImport(Darwin)
        private static let withoutWaiting = MSG_DONTWAIT
    #else
        private static let withoutWaiting = Int32(MSG_DONTWAIT)
    #endif

    private let descriptor: Int32
    private var received = ""

    init(port: Int) throws {
        #if canImport(Darwin)
            descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #else
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #endif
        guard descriptor >= 0 else { throw Failure(operation: "socket") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Failure(operation: "connect") }
    }

    deinit { close(descriptor) }

    func send(_ text: String) throws {
        let bytes = Array(text.utf8)
        guard write(descriptor, bytes, bytes.count) == bytes.count else { throw Failure(operation: "write") }
    }

    /// All that has come once `end` is there.
    func text(until end: String) async throws -> String {
        while !received.contains(end) { guard try await receive() else { break } }
        return received
    }

    /// Returns once `word` has come so many times in all.
    func receive(_ word: String, times: Int) async throws {
        while received.ranges(of: word).count < times {
            guard try await receive() else { throw Failure(operation: "waiting for '\(word)'") }
        }
    }

    /// All that comes until the server closes its side.
    func textUntilClosed() async throws -> String {
        while try await receive() {}
        return received
    }

    /// False once the server has closed its side. Never blocks: the server runs on the same threads.
    private func receive() async throws -> Bool {
        var piece = [UInt8](repeating: 0, count: 4096)
        let end = ContinuousClock.now + .seconds(10)
        while true {
            let count = recv(descriptor, &piece, piece.count, Self.withoutWaiting)
            if count >= 0 {
                received += String(decoding: piece.prefix(count), as: UTF8.self)
                return count > 0
            }
            guard errno == EAGAIN, ContinuousClock.now < end else {
                throw Failure(operation: "recv after '\(received)'")
            }
            await Task.yield()
        }
    }
}
