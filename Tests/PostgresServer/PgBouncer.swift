internal import Foundation

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A PgBouncer in front of a server, for all of its databases, with the same superuser and password.
///
/// Ends like a `PostgresServer` does: with the last reference to it, and at the latest with the process.
public final class PgBouncer: Sendable {
    public let port: Int

    private let server: PostgresServer
    private let folder: URL
    private let guardian: Guardian
    private let daemon: Daemon

    private init(_ daemon: Daemon, port: Int, for server: PostgresServer, in folder: URL, _ guardian: Guardian) {
        self.daemon = daemon
        self.port = port
        self.server = server
        self.folder = folder
        self.guardian = guardian
    }

    deinit {
        guardian.remove(folder)
    }

    /// Returns when it takes connections.
    ///
    /// `settings` are names and values of the section `[pgbouncer]`.
    public static func start(
        for server: PostgresServer, poolMode: String = "transaction", settings: [String: String] = [:]
    ) async throws -> PgBouncer {
        let program = try findProgram()
        let guardian = try Guardian.shared()
        let folder = try guardian.makeFolder("pgbouncer")
        let port = try FreePort.next()
        var all = ["listen_port": "\(port)", "pool_mode": poolMode]
        all.merge(settings) { _, given in given }
        let configuration = try configure(folder, target: server.port, settings: all)
        let daemon = try Command(program, [configuration.path], asServerUser: true)
            .start(log: folder.appending(path: "log"))
        let bouncer = PgBouncer(daemon, port: port, for: server, in: folder, guardian)
        try await until("\(folder.path) takes connections") {
            if daemon.hasEnded { throw PostgresServerError("no start of \(folder.path):\n\(bouncer.logText)") }
            guard let socket = Socket.connect(to: port) else { return false }
            Socket.reset(socket)
            return true
        }
        return bouncer
    }

    /// What libpq and `psql` connect with; the database `pgbouncer` is its own console.
    public func address(database: String = "postgres") -> String {
        localAddress(port: port, database: database)
    }

    /// All that it has logged.
    public var logText: String {
        guard let log = try? Data(contentsOf: folder.appending(path: "log")) else { return "" }
        return String(decoding: log, as: UTF8.self)
    }

    /// As `PostgresServer.psql`, through the pooler.
    @discardableResult
    public func psql(_ sql: String, database: String = "postgres") async throws -> String {
        try await server.installation.psql(sql, at: address(database: database))
    }

    /// Cuts its connections at once; returns when it has ended.
    public func stop() async throws {
        guard !daemon.hasEnded else { return }
        let file = try Data(contentsOf: folder.appending(path: "pgbouncer.pid"))
        guard let process = pid_t(String(decoding: file, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
        else { throw PostgresServerError("\(folder.path) holds no process's number") }
        // What the gentler signals mean differs between its versions.
        kill(process, SIGKILL)
        try await until("\(folder.path) has ended") { daemon.hasEnded }
    }

    /// Writes what it reads at its start; returns the file that it is started with.
    private static func configure(_ folder: URL, target: Int, settings: [String: String]) throws -> URL {
        let users = folder.appending(path: "users")
        let configuration = folder.appending(path: "pgbouncer.ini")
        var all = [
            "listen_addr": "127.0.0.1", "unix_socket_dir": "", "auth_type": "scram-sha-256", "auth_file": users.path,
            "admin_users": "postgres", "max_client_conn": "400",
            "pidfile": folder.appending(path: "pgbouncer.pid").path,
        ]
        all.merge(settings) { _, given in given }
        let lines = all.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)\n" }
        let text = "[databases]\n* = host=127.0.0.1 port=\(target)\n[pgbouncer]\n\(lines.joined())"
        for (file, text) in [(configuration, text), (users, "\"postgres\" \"postgres\"\n")] {
            try Data(text.utf8).write(to: file)
            try ServerUser.own(file)
        }
        return configuration
    }

    private static func findProgram() throws -> URL {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let folders =
            path.split(separator: ":").map(String.init) + ["/usr/sbin", "/opt/homebrew/bin", "/usr/local/bin"]
        for folder in folders where FileManager.default.isExecutableFile(atPath: "\(folder)/pgbouncer") {
            return URL(filePath: "\(folder)/pgbouncer")
        }
        throw PostgresServerError("pgbouncer is nowhere; run Scripts/setup")
    }
}
