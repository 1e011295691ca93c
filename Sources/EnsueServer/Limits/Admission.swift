internal import Logging
internal import Synchronization

/// What one server has taken on.
final class Admission: Sendable {
    private let state: Mutex<AdmissionState>
    private let limit: Int
    /// Connections whose request is there and whose turn it is, except those that wait for an outcome.
    private let busy = Atomic<Int>(0)

    init(_ limits: ServerLimits) {
        state = Mutex(AdmissionState(limits))
        limit = limits.requests
    }

    /// Whether so many requests have arrived that one more would only lengthen the queue.
    var isFull: Bool { busy.load(ordering: .relaxed) >= limit }

    func countBusy(_ change: Int) { busy.add(change, ordering: .relaxed) }

    /// Throws ``Overload`` rather than taking on more than the limits say.
    func enter(_ line: AdmissionState.Line, _ logger: Logger) throws {
        try heed(state.withLock { $0.enter(line) }, logger)
        if line == .wait { countBusy(-1) }
    }

    func leave(_ line: AdmissionState.Line) {
        state.withLock { $0.leave(line) }
        if line == .wait { countBusy(1) }
    }

    /// Notes that a request was turned away before it got anywhere.
    func noteRefusal(_ logger: Logger) { report(state.withLock { $0.refused() }, logger) }

    func take(_ bytes: Int, _ logger: Logger) throws {
        try heed(state.withLock { $0.take(bytes) }, logger)
    }

    func release(_ bytes: Int) { state.withLock { $0.release(bytes) } }

    private func heed(_ decision: AdmissionState.Decision, _ logger: Logger) throws {
        report(decision, logger)
        if decision != .admitted { throw Overload() }
    }

    /// Every refusal in the log would be a load of its own: only the first of a time of trouble is.
    private func report(_ decision: AdmissionState.Decision, _ logger: Logger) {
        guard decision == .refused(isFirst: true) else { return }
        logger.warning("more is asked than the server takes on; it answers 503 until that is over")
    }
}

/// The server has enough to do.
struct Overload: Error {}
