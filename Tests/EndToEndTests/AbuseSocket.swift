import Foundation

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A connection on which anything can be sent, in any pieces. It never blocks.
final class AbuseSocket {
    private let descriptor: Int32
    private var received: [UInt8] = []
    /// Whether the server has closed its half, or the whole.
    private(set) var isEnded = false

    /// The descriptor is a high one: other tests of the process, and what they start, go on to have low ones.
    init(port: Int) throws {
        let low = socket(AF_INET, Self.streamType, 0)
        guard low >= 0 else { throw EndToEndError("no socket: \(String(cString: strerror(errno)))") }
        descriptor = fcntl(low, F_DUPFD_CLOEXEC, 1500)
        close(low)
        guard descriptor >= 0 else {
            throw EndToEndError("too few open files are allowed for this test; raise it: ulimit -n 16384")
        }
        try connect(to: port)
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        #if canImport(Darwin)
            var yes: Int32 = 1
            setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &yes, socklen_t(MemoryLayout<Int32>.size))
        #endif
    }

    deinit { close(descriptor) }

    /// Lets this process have as many files open as the system allows.
    static func allowMany(_ count: Int) throws {
        var limit = rlimit()
        #if canImport(Darwin)
            let resource = RLIMIT_NOFILE
        #else
            let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #endif
        getrlimit(resource, &limit)
        guard limit.rlim_max >= rlim_t(count) else {
            throw EndToEndError("this test opens \(count) files; raise the hard limit: ulimit -Hn \(count)")
        }
        limit.rlim_cur = max(limit.rlim_cur, rlim_t(count))
        setrlimit(resource, &limit)
    }

    private func connect(to port: Int) throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                #if canImport(Darwin)
                    Darwin.connect(descriptor, address, socklen_t(MemoryLayout<sockaddr_in>.size))
                #else
                    Glibc.connect(descriptor, address, socklen_t(MemoryLayout<sockaddr_in>.size))
                #endif
            }
        }
        guard result == 0 else { throw EndToEndError("no connection: \(String(cString: strerror(errno)))") }
    }

    private static var streamType: Int32 {
        #if canImport(Darwin)
            SOCK_STREAM
        #else
            Int32(SOCK_STREAM.rawValue)
        #endif
    }

    /// How many of the bytes the system took; none once the server has closed.
    @discardableResult
    func send(_ bytes: some Collection<UInt8>) -> Int {
        #if canImport(Darwin)
            let sent = Array(bytes).withUnsafeBytes { Darwin.send(descriptor, $0.baseAddress, $0.count, 0) }
        #else
            let sent = Array(bytes).withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
        #endif
        if sent < 0, errno != EAGAIN { isEnded = true }
        return max(sent, 0)
    }

    func send(_ text: String) { send(Array(text.utf8)) }

    /// Sends all of it, however slowly the server takes it, unless the server closes.
    func sendAll(_ text: String) async throws {
        var rest = Array(text.utf8)[...]
        try await eventually("the server takes what it is sent", within: .seconds(30)) {
            rest = rest.dropFirst(send(rest))
            return rest.isEmpty || isEnded
        }
    }

    /// Says that nothing more comes, and goes on reading.
    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// The answers that have arrived whole since the last call.
    func answers() throws -> [Answer] {
        readWhatIsThere()
        var answers: [Answer] = []
        while let answer = try nextAnswer() { answers.append(answer) }
        return answers
    }

    /// The next `count` answers.
    func answers(_ count: Int, within span: Duration = .seconds(20)) async throws -> [Answer] {
        var all: [Answer] = []
        try await eventually("\(count) answers arrive", within: span) {
            all += try answers()
            return all.count >= count || isEnded
        }
        return all
    }

    /// What the server has said by the time it closes.
    func answersUntilEnd(within span: Duration = .seconds(20)) async throws -> [Answer] {
        var all: [Answer] = []
        try await eventually("the server closes", within: span) {
            all += try answers()
            return isEnded
        }
        return all
    }

    private func readWhatIsThere() {
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { piece in
            while true {
                let count = recv(descriptor, piece.baseAddress, piece.count, 0)
                guard count > 0 else {
                    if count == 0 || errno != EAGAIN { isEnded = true }
                    return
                }
                received += piece.prefix(count)
            }
        }
    }

    struct Answer: Sendable {
        let status: Int
        let head: String
        let body: String

        func string(_ member: String) throws -> String? {
            let object = try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]
            return object?[member] as? String
        }
    }

    private func nextAnswer() throws -> Answer? {
        guard let end = received.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let head = String(decoding: received[..<end.lowerBound], as: UTF8.self)
        let lines = head.split(separator: "\r\n")
        let length = lines.compactMap { line -> Int? in
            let parts = line.split(separator: ":")
            return parts.count == 2 && parts[0].lowercased() == "content-length" ? Int(parts[1].dropFirst()) : nil
        }
        let bodyEnd = end.upperBound + (length.first ?? 0)
        guard received.count >= bodyEnd else { return nil }
        guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            throw EndToEndError("this is no answer: \(head)")
        }
        let body = String(decoding: received[end.upperBound..<bodyEnd], as: UTF8.self)
        received.removeFirst(bodyEnd)
        return Answer(status: status, head: head, body: body)
    }
}

extension AbuseSocket {
    /// A whole request.
    static func request(_ method: String, _ path: String, _ body: String = "", type: String? = "application/json")
        -> String
    {
        let head = "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\n" + (type.map { "Content-Type: \($0)\r\n" } ?? "")
        return head + (body.isEmpty ? "\r\n" : "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }
}
