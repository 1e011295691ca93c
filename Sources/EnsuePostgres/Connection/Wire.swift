internal import CLibpq
internal import Logging

#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

/// A connection of libpq that is not blocking, and the waits for it that are, each with a deadline. For one thread at a
/// time. An error for which `endsConnection` holds leaves nothing to be done but to let go of it.
final class Wire {
    let handle: OpaquePointer
    private let notices: Notices
    private let wakeUp: WakeUp

    /// Connects, which may take as long as the options' `connect_timeout` for each host, and the names' resolution.
    init(_ options: ConnectionOptions, logger: Logger, wakeUp: WakeUp) throws(PostgresError) {
        guard let handle = options.withPointers({ PQconnectdbParams($0, $1, 0) }) else {
            throw PostgresError(.connection, "there is no memory for a connection")
        }
        guard PQstatus(handle) == CONNECTION_OK, PQsetnonblocking(handle, 1) == 0 else {
            let error = PostgresError(connection: handle)
            PQfinish(handle)
            throw error
        }
        self.handle = handle
        self.wakeUp = wakeUp
        notices = Notices(logger: logger)
        notices.receive(from: handle)
    }

    deinit { PQfinish(handle) }

    /// Whether a transaction is open, be it a failed one.
    var isInTransaction: Bool {
        let status = PQtransactionStatus(handle)
        return status == PQTRANS_INTRANS || status == PQTRANS_INERROR
    }

    /// Throws if the server has closed the connection since the last call. What is sent after this may arrive.
    func checkOpen() throws(PostgresError) {
        while try wait(for: POLLIN, until: Deadline(after: .zero)) == .ready {
            guard PQconsumeInput(handle) == 1 else { throw lost() }
            // Parses what has come: notifications to be kept, notices to be logged.
            _ = PQisBusy(handle)
        }
        if let farewell = notices.farewell { throw farewell }
        guard PQstatus(handle) == CONNECTION_OK else { throw lost() }
    }

    /// The next result, to be given to `PQclear`; nil where a statement's results end.
    func nextResult(until deadline: Deadline) throws(PostgresError) -> OpaquePointer? {
        try flush(until: deadline)
        while PQisBusy(handle) != 0 {
            try waitOrTimeOut(for: POLLIN, until: deadline)
            guard PQconsumeInput(handle) == 1 else { throw lost() }
        }
        return PQgetResult(handle)
    }

    private func flush(until deadline: Deadline) throws(PostgresError) {
        while true {
            let state = PQflush(handle)
            if state == 0 { return }
            guard state == 1 else { throw lost() }
            try waitOrTimeOut(for: POLLIN | POLLOUT, until: deadline)
            // The server may wait for us to read before it reads on.
            guard PQconsumeInput(handle) == 1 else { throw lost() }
        }
    }

    /// What the server has said last, or else what libpq has found.
    func lost() -> PostgresError {
        if let farewell = notices.farewell { return farewell }
        let error = PostgresError(connection: handle)
        guard let result = PQgetResult(handle) else { return error }
        defer { PQclear(result) }
        let last = PostgresError(result: result)
        return last.isFatal ? last : error
    }

    // MARK: Waiting

    enum Readiness { case ready, woken, expired }

    private func waitOrTimeOut(for events: Int32, until deadline: Deadline) throws(PostgresError) {
        // Over TLS libpq may hold bytes that the socket no longer shows; it finds them when it is asked again.
        let isTLS = PQsslInUse(handle) == 1
        while try wait(for: events, until: deadline, slice: isTLS ? 20 : .max) == .expired {
            guard !deadline.hasPassed else { throw PostgresError(.timeout, "the server has not answered in time") }
            if isTLS { return }
        }
    }

    /// Waits for the socket and, if asked to, for a wake-up, which it takes back.
    func wait(
        for events: Int32, until deadline: Deadline, slice: Int32 = .max, isWakeable: Bool = false
    ) throws(PostgresError) -> Readiness {
        let socket = PQsocket(handle)
        guard socket >= 0 else { throw lost() }
        var polled = [
            pollfd(fd: socket, events: Int16(events), revents: 0),
            pollfd(fd: isWakeable ? wakeUp.reader : -1, events: Int16(POLLIN), revents: 0),
        ]
        while true {
            let count = poll(&polled, 2, deadline.milliseconds(atMost: slice))
            guard count < 0 else { break }
            guard errno == EINTR || errno == EAGAIN else {
                throw PostgresError(.connection, "poll: " + String(cString: strerror(errno)))
            }
        }
        if polled[0].revents != 0 { return .ready }
        guard polled[1].revents != 0 else { return .expired }
        wakeUp.reset()
        return .woken
    }
}
