public import Foundation

/// A real PostgreSQL server with its data in a temporary folder, reachable from this computer only.
///
/// It ends, and its folder goes, with the last reference to it, so keep one; and at the latest with the process that
/// started it, even if that is killed. Superuser and password are `postgres`.
public final class PostgresServer: Sendable {
    /// How a server is stopped, in PostgreSQL's words: `smart` waits for its clients to leave, `fast` rolls back what
    /// they are doing, `immediate` is a crash that the next start recovers from.
    public enum Mode: String, Sendable {
        case smart, fast, immediate
    }

    /// The way to a server: by address and password, or by the socket in its folder and without a password.
    public enum Host: Sendable {
        case tcp, socket
    }

    public let port: Int
    /// Holds the socket, the log and, in `data`, the cluster.
    public let folder: URL

    let installation: Installation
    private let guardian: Guardian

    private static let forAll = Task {
        try await start(settings: [
            "max_connections": "400", "max_locks_per_transaction": "512", "fsync": "off", "full_page_writes": "off",
        ])
    }

    init(_ installation: Installation) throws {
        self.installation = installation
        guardian = try Guardian.shared()
        port = try FreePort.next()
        folder = try guardian.makeFolder("server")
    }

    deinit {
        guardian.remove(folder)
    }

    /// The one server of this process for tests that only need a database: started at first use, 400 connections,
    /// nothing flushed to disk.
    public static func shared() async throws -> PostgresServer {
        try await forAll.value
    }

    /// A server of one's own, ready for connections, as `initdb` sets it up.
    ///
    /// `settings` are names and values of postgresql.conf; values are not quoted.
    public static func start(settings: [String: String] = [:]) async throws -> PostgresServer {
        let cluster = try await Cluster.template
        let server = try PostgresServer(cluster.installation)
        try await Command(URL(filePath: "/bin/cp"), ["-a", cluster.data.path, server.data.path]).run()
        try server.configure(settings)
        try await server.startAgain()
        return server
    }

    /// What libpq and `psql` connect with.
    public func address(database: String = "postgres", host: Host = .tcp) -> String {
        switch host {
        case .tcp: localAddress(port: port, database: database)
        case .socket: localAddress(host: folder.path, port: port, database: database)
        }
    }

    /// All that the server has logged.
    public var logText: String {
        guard let log = try? Data(contentsOf: log) else { return "" }
        return String(decoding: log, as: UTF8.self)
    }

    public func createDatabase(_ name: String) async throws {
        let quoted = name.replacing("\"", with: "\"\"")
        // Unlike template1, nobody can be connected to template0, which would stand in the way.
        try await psql("CREATE DATABASE \"\(quoted)\" TEMPLATE template0")
    }

    /// The rows as `psql -XAtq` prints them: a line a row, columns separated by `|`, without the last line's end.
    ///
    /// Each statement is its own transaction. Throws the server's message at the first that fails.
    @discardableResult
    public func psql(_ sql: String, database: String = "postgres") async throws -> String {
        let connection = address(database: database, host: .socket)
        return try await installation.psql(sql, at: connection)
    }

    /// Returns when it has stopped; does nothing if it is not running.
    public func stop(_ mode: Mode = .fast) async throws {
        do {
            try await control(["stop", "-m", mode.rawValue, "-t", "120"])
        } catch  where status.isEmpty {
            return
        }
    }

    /// Stops it, if it runs, and starts it with the same data, settings and port.
    public func restart(_ mode: Mode = .fast) async throws {
        try await stop(mode)
        try await startAgain()
    }

    /// Starts a stopped server with the same data, settings and port; returns when it takes connections.
    public func startAgain() async throws {
        let leftByCrash = status
        let daemon = try installation.command("postgres", ["-D", data.path]).start(log: log)
        try await until("\(folder.path) takes connections") {
            if daemon.hasEnded { throw PostgresServerError("no start of \(folder.path):\n\(logText.suffix(4000))") }
            return status != leftByCrash && ["ready", "standby"].contains(status.last)
        }
    }
}

extension PostgresServer {
    var data: URL { folder.appending(path: "data", directoryHint: .isDirectory) }

    private var log: URL { folder.appending(path: "log") }

    /// The lines of postmaster.pid, which a running server has: the process, when it started, …, what it is up to.
    private var status: [Substring] {
        let file = try? Data(contentsOf: data.appending(path: "postmaster.pid"))
        return String(decoding: file ?? Data(), as: UTF8.self).split(whereSeparator: \.isWhitespace)
    }

    /// Appends to postgresql.conf, where the last word counts.
    func configure(_ settings: [String: String]) throws {
        var all = [
            "port": "\(port)", "listen_addresses": "127.0.0.1", "unix_socket_directories": folder.path,
            "cluster_name": folder.lastPathComponent,
        ]
        all.merge(settings) { _, given in given }
        try append(all)
    }

    func append(_ settings: [String: String]) throws {
        let lines = settings.sorted { $0.key < $1.key }
            .map { "\($0.key) = '\($0.value.replacing("'", with: "''"))'\n" }
        let file = try FileHandle(forWritingTo: data.appending(path: "postgresql.conf"))
        try file.seekToEnd()
        try file.write(contentsOf: Data(lines.joined().utf8))
        try file.close()
    }

    func control(_ arguments: [String]) async throws {
        try await installation.command("pg_ctl", arguments + ["-w", "-s", "-D", data.path]).run()
    }
}

extension Installation {
    func psql(_ sql: String, at address: String) async throws -> String {
        let flags = ["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1"]
        return try await Command(folder.appending(path: "psql"), flags + ["-d", address], input: sql).run()
    }
}

/// Of the superuser; a socket is named by its folder.
func localAddress(host: String = "127.0.0.1", port: Int, database: String) -> String {
    func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(["-", ".", "_", "~"])) ?? text
    }
    return "postgres://postgres:postgres@\(encoded(host)):\(port)/\(encoded(database))"
}
