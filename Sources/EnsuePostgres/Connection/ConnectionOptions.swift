internal import Ensue

/// How to reach a server, and how to use it.
///
/// The address is a connection string of libpq, as a URI or as keywords; everything that libpq defines for it and for
/// its environment is honoured ("34.1.1. Connection Strings" and "34.15. Environment Variables" in PostgreSQL's
/// documentation). What it leaves open is filled in by `defaults`. Besides it may hold:
///
/// - `ensue_schema`: the schema of the tables.
/// - `ensue_pool`: how many connections there may be, 4 unless given.
/// - `ensue_listen`: the address that notifications come from if this one is a pooler's, or `off`.
/// - `ensue_statement_timeout`: after how many seconds a statement is given up, 30 unless given.
struct ConnectionOptions: Sendable {
    indirect enum Listener: Sendable {
        case sameAddress
        case off
        case address(ConnectionOptions)
    }

    /// What libpq gets unless the address or the environment says otherwise.
    static let defaults = [
        "application_name": "ensue", "connect_timeout": "5", "keepalives": "1", "keepalives_idle": "10",
        "keepalives_interval": "5", "keepalives_count": "3", "tcp_user_timeout": "20000",
        "target_session_attrs": "read-write",
    ]

    /// libpq's own parameters. The password may be among them.
    let parameters: [String: String]
    var schema: String?
    var maxConnections = 4
    var listener = Listener.sameAddress
    /// What the server allows a statement, and two seconds less than what the client does.
    var statementTimeout = Duration.seconds(30)
    /// How long a statement may wait for a lock; nil leaves it to `statementTimeout`.
    var lockTimeout: Duration?
    /// After how long the server ends a session that leaves a transaction open.
    var idleInTransactionTimeout = Duration.seconds(60)
    /// Whether a pooler stands between; nil finds out.
    var isPooled: Bool?

    /// Throws a `StoreError` that says what is wrong with the address, without quoting what could be a secret.
    init(address: String) throws {
        let parts = try AddressParts(address)
        parameters = try LibpqParameters.parse(parts)
        for (name, value) in parts.ours { try set(name, value) }
    }

    /// The hosts, the database and the user.
    var displayName: String {
        let known = LibpqParameters.defaults.merging(parameters) { $1 }
        let hosts = (known["host"] ?? known["hostaddr"] ?? "local socket").split(separator: ",")
        let ports = (known["port"] ?? "").split(separator: ",", omittingEmptySubsequences: false)
        let places = hosts.enumerated().map { index, host in
            let port = ports.count == 1 ? ports.first : ports.dropFirst(index).first
            return port.map { $0.isEmpty ? String(host) : "\(host):\($0)" } ?? String(host)
        }
        let user = known["user"] ?? "the default user"
        return "\(places.joined(separator: ",")), database \(known["dbname"] ?? user), user \(user)"
    }

    /// Sets up a session of our own.
    var sessionScript: String {
        var script = """
            SET default_transaction_isolation = 'read committed';
            SET statement_timeout = \(statementTimeout.milliseconds);
            SET idle_in_transaction_session_timeout = \(idleInTransactionTimeout.milliseconds);
            """
        if let lockTimeout { script += "SET lock_timeout = \(lockTimeout.milliseconds);" }
        return script
    }

    private mutating func set(_ name: String, _ value: String) throws {
        switch name {
        case "ensue_schema":
            let isName = !value.isEmpty && value.utf8.count <= 63 && !value.utf8.contains(0)
            guard isName else { throw Self.refused("\(name) must be a schema's name of at most 63 bytes") }
            schema = value
        case "ensue_pool":
            guard let count = Int(value), (1...1000).contains(count) else {
                throw Self.refused("\(name) must be a whole number from 1 to 1000")
            }
            maxConnections = count
        case "ensue_statement_timeout":
            guard let seconds = Double(value), seconds >= 0.001, seconds <= 86_400 else {
                throw Self.refused("\(name) must be a number of seconds, above 0 and at most 86400")
            }
            statementTimeout = .milliseconds(Int64(seconds * 1000))
        case "ensue_listen":
            listener = value == "off" ? .off : .address(try ConnectionOptions(address: value))
        default:
            throw Self.refused(
                "\(name) is not known; there are ensue_schema, ensue_pool, ensue_listen and ensue_statement_timeout")
        }
    }

    /// How notifications are listened for; nil if they are not.
    var listening: ConnectionOptions? {
        switch listener {
        case .sameAddress: self
        case .off: nil
        case .address(let options): options
        }
    }

    static func refused(_ why: String) -> StoreError {
        StoreError(
            .unavailable, operation: "open",
            detail: "the address is malformed: \(why). A right one is postgres://user:password@host:5432/database")
    }
}
