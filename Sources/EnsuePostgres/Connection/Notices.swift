internal import CLibpq
internal import Logging

/// What the server says unasked.
final class Notices {
    private let logger: Logger
    /// With what the server has closed the connection while nothing was asked of it.
    private(set) var farewell: PostgresError?

    init(logger: Logger) { self.logger = logger }

    /// Must outlive `connection`.
    func receive(from connection: OpaquePointer) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        _ = PQsetNoticeReceiver(
            connection,
            { context, result in
                guard let context, let result else { return }
                Unmanaged<Notices>.fromOpaque(context).takeUnretainedValue().take(PostgresError(result: result))
            }, context)
    }

    private func take(_ notice: PostgresError) {
        if notice.isFatal { farewell = notice }
        logger.debug("notice", metadata: ["notice": "\(notice)"])
    }
}
