internal import Logging
internal import Synchronization

/// What one server has taken on.
final class Admission: Sendable {
    private let state: Mutex<AdmissionState>

    init(_ limits: ServerLimits) { state = Mutex(AdmissionState(limits)) }

    /// Throws ``Overload`` rather than taking on more than the limits say.
    func enter(_ line: AdmissionState.Line, _ logger: Logger) throws {
        try heed(state.withLock { $0.enter(line) }, logger)
    }

    func leave(_ line: AdmissionState.Line) { state.withLock { $0.leave(line) } }

    func take(_ bytes: Int, _ logger: Logger) throws {
        try heed(state.withLock { $0.take(bytes) }, logger)
    }

    func release(_ bytes: Int) { state.withLock { $0.release(bytes) } }

    /// Every refusal in the log would be a load of its own: only the first of a time of trouble is.
    private func heed(_ decision: AdmissionState.Decision, _ logger: Logger) throws {
        guard case .refused(let isFirst) = decision else { return }
        if isFirst { logger.warning("more is asked than the server takes on; it answers 503 until that is over") }
        throw Overload()
    }
}

/// The server has enough to do.
struct Overload: Error {}
