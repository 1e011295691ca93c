internal import CLibpq

#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

extension Wire {
    /// Whether the session is not the one that was connected to: then a pooler stands between.
    func isPooled(within span: Duration) throws(PostgresError) -> Bool {
        let row = try script("SELECT pg_backend_pid()", within: span)
        guard let text = row.first, let text, let pid = Int32(text) else {
            throw PostgresError(.connection, "the server does not say which process serves the session")
        }
        return pid != PQbackendPID(handle)
    }

    /// Waits up to `span` for notifications, and returns those that have come; none if it was woken.
    func notifications(within span: Duration) throws(PostgresError) -> [(channel: String, payload: String)] {
        let deadline = Deadline(after: span)
        while true {
            let taken = takeNotifications()
            guard taken.isEmpty else { return taken }
            guard try wait(for: POLLIN, until: deadline, isWakeable: true) == .ready else { return [] }
            try checkOpen()
        }
    }

    private func takeNotifications() -> [(channel: String, payload: String)] {
        var taken: [(channel: String, payload: String)] = []
        while let notification = PQnotifies(handle) {
            defer { PQfreemem(notification) }
            taken.append(
                (String(cString: notification.pointee.relname), String(cString: notification.pointee.extra)))
        }
        return taken
    }
}
