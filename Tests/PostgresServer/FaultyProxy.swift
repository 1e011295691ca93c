internal import Foundation

/// A TCP proxy of 127.0.0.1 that does to connections what networks do.
///
/// A change has taken effect when its call returns. The proxy ends with the last reference to it.
public final class FaultyProxy: Sendable {
    /// What becomes of bytes and of new connections.
    public enum Mode: Sendable {
        case pass
        /// New connections are accepted, all stay open, and nothing is forwarded until the mode changes.
        case stall
        /// Bytes arrive this much later, in each direction.
        case delay(Duration)
        /// New connections are closed at once; those that are open go on.
        case refuse
    }

    public let port: Int

    private let orders: ProxyOrders

    private init(port: Int, _ orders: ProxyOrders) {
        self.port = port
        self.orders = orders
    }

    deinit {
        orders.post { $0.stop() }
    }

    /// A proxy to a port of 127.0.0.1, where nobody needs to listen yet.
    public static func start(to target: Int) async throws -> FaultyProxy {
        let orders = try ProxyOrders()
        let port = try FreePort.listening { listener in
            Thread.detachNewThread {
                var loop = ProxyLoop(listener: listener, target: target, orders: orders)
                loop.run()
            }
        }
        return FaultyProxy(port: port, orders)
    }

    /// What libpq and `psql` connect with, where the proxy is one to a `PostgresServer` or `PgBouncer`.
    public func address(database: String = "postgres") -> String {
        localAddress(port: port, database: database)
    }

    public func set(_ mode: Mode) async {
        await orders.carryOut { $0.mode = mode }
    }

    /// Resets all open connections, to both sides.
    public func cut() async {
        await orders.carryOut { $0.cut() }
    }

    /// Lets the next `COMMIT` reach the server and cuts its connection instead of bringing the answer: the client
    /// cannot know whether it has committed.
    public func cutAfterNextCommit() async {
        await cut(swallowingAnswerTo: "COMMIT")
    }

    /// Once, and only for the connection whose client first sends these bytes: they reach the server, its answer is
    /// awaited and swallowed, and the client's connection is reset.
    ///
    /// The answer is complete with the server's ReadyForQuery, or when nothing has followed for 250 ms. A statement
    /// prepared earlier is executed by its name, not by its text.
    public func cut(swallowingAnswerTo pattern: String) async {
        await orders.carryOut { $0.trap = ProxyTrap(Array(pattern.utf8)) }
    }

    /// As `cut(swallowingAnswerTo:)`, for whatever a client sends next.
    public func cutBeforeNextAnswer() async {
        await orders.carryOut { $0.trap = ProxyTrap([]) }
    }

    /// Whether a cut is still waiting for its bytes.
    public var isArmed: Bool {
        get async { await orders.carryOut { $0.trap != nil } ?? false }
    }

    /// How many connections are open.
    public var connectionCount: Int {
        get async { await orders.carryOut { $0.connections.count } ?? 0 }
    }

    /// Resets all connections and takes no more.
    public func stop() async {
        await orders.carryOut { $0.stop() }
    }
}
