internal import Synchronization

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Sockets of this computer that no started program inherits and whose loss raises no signal.
enum Socket {
    static func pair() throws -> (Int32, Int32) {
        var both: [Int32] = [-1, -1]
        #if canImport(Darwin)
            let result = socketpair(AF_UNIX, SOCK_STREAM, 0, &both)
        #else
            let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
            let result = socketpair(AF_UNIX, kind, 0, &both)
        #endif
        guard result == 0 else { throw PostgresServerError("no pair of sockets: \(lastSystemError())") }
        both.forEach(keepPrivate)
        return (both[0], both[1])
    }

    /// A socket that listens on the port of 127.0.0.1; nil where that is taken.
    static func listen(on port: Int) -> Int32? {
        let socket = tcp()
        guard named(port, { bind(socket, $0, $1) }) == 0, Self.listen(socket) else {
            close(socket)
            return nil
        }
        return socket
    }

    static func connect(to port: Int) -> Int32? {
        let socket = tcp()
        guard named(port, { systemConnect(socket, $0, $1) }) == 0 else {
            close(socket)
            return nil
        }
        return socket
    }

    static func accept(from listener: Int32) -> Int32? {
        #if canImport(Darwin)
            let socket = Darwin.accept(listener, nil, nil)
        #else
            let socket = Glibc.accept(listener, nil, nil)
        #endif
        guard socket >= 0 else { return nil }
        keepPrivate(socket)
        return socket
    }

    /// How many bytes were taken; negative with `errno` set where none were.
    @discardableResult
    static func send(_ bytes: some Collection<UInt8>, to socket: Int32) -> Int {
        #if canImport(Darwin)
            let flags: Int32 = 0
        #else
            let flags = Int32(MSG_NOSIGNAL)
        #endif
        return Array(bytes).withUnsafeBytes { systemSend(socket, $0.baseAddress, $0.count, flags) }
    }

    static func doNotBlock(_ socket: Int32) {
        _ = fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK)
    }

    static func sendAtOnce(_ socket: Int32) {
        set(1 as Int32, socket, Int32(IPPROTO_TCP), TCP_NODELAY)
    }

    /// Closes it with a reset: the other side sees an error, not an end.
    static func reset(_ socket: Int32) {
        set(linger(l_onoff: 1, l_linger: 0), socket, SOL_SOCKET, SO_LINGER)
        close(socket)
    }

    private static func tcp() -> Int32 {
        #if canImport(Darwin)
            let new = socket(AF_INET, SOCK_STREAM, 0)
        #else
            let new = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        #endif
        keepPrivate(new)
        return new
    }

    /// For those that cannot be made private at birth: all on Darwin, accepted ones everywhere.
    private static func keepPrivate(_ socket: Int32) {
        _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
        #if canImport(Darwin)
            set(1 as Int32, socket, SOL_SOCKET, SO_NOSIGPIPE)
        #endif
    }

    private static func set<Value: BitwiseCopyable>(_ value: Value, _ socket: Int32, _ level: Int32, _ option: Int32) {
        var value = value
        setsockopt(socket, level, option, &value, socklen_t(MemoryLayout<Value>.size))
    }

    private static func listen(_ socket: Int32) -> Bool {
        #if canImport(Darwin)
            Darwin.listen(socket, 512) == 0
        #else
            Glibc.listen(socket, 512) == 0
        #endif
    }

    private static func systemConnect(
        _ socket: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t
    ) -> Int32 {
        #if canImport(Darwin)
            Darwin.connect(socket, address, length)
        #else
            Glibc.connect(socket, address, length)
        #endif
    }

    private static func systemSend(_ socket: Int32, _ bytes: UnsafeRawPointer?, _ count: Int, _ flags: Int32) -> Int {
        #if canImport(Darwin)
            Darwin.send(socket, bytes, count, flags)
        #else
            Glibc.send(socket, bytes, count, flags)
        #endif
    }

    private static func named(_ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}

/// Ports that nobody listens on, each given out once.
///
/// They are below those that systems give to outgoing connections: otherwise such a connection could take a stopped
/// server's port, and a client that keeps trying to connect to it would sooner or later reach itself.
enum FreePort {
    private static let given = Mutex<Set<Int>>([])

    static func next() throws -> Int {
        try listening { close($0) }
    }

    /// A socket that listens on a free port, handed to `body`.
    @discardableResult
    static func listening(_ body: (Int32) -> Void) throws -> Int {
        for _ in 0..<1000 {
            let port = Int.random(in: 20_000..<32_000)
            guard given.withLock({ $0.insert(port).inserted }), let socket = Socket.listen(on: port) else { continue }
            body(socket)
            return port
        }
        throw PostgresServerError("no free port between 20000 and 32000")
    }
}
