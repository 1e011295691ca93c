/// What a server has taken on, and whether it takes on more. Pure: every answer follows from the calls before.
struct AdmissionState {
    /// Requests that wait for an outcome cost little but last long, so they are counted apart from all others.
    enum Line: Sendable { case work, wait }

    enum Decision: Equatable {
        case admitted
        /// `isFirst` until the server is at its ease again.
        case refused(isFirst: Bool)
    }

    let requests: Int
    let waitingRequests: Int
    let bodyBytes: Int
    private(set) var working = 0
    private(set) var waiting = 0
    private(set) var bytes = 0
    private var isRefusing = false

    init(_ limits: ServerLimits) {
        requests = limits.requests
        waitingRequests = limits.waitingRequests
        bodyBytes = limits.bodyBytes
    }

    mutating func enter(_ line: Line) -> Decision {
        switch line {
        case .work:
            guard working < requests else { return refused() }
            working += 1
        case .wait:
            guard waiting < waitingRequests else { return refused() }
            waiting += 1
        }
        return .admitted
    }

    mutating func leave(_ line: Line) {
        switch line {
        case .work: working -= 1
        case .wait: waiting -= 1
        }
        calm()
    }

    /// Takes bytes of a body that have arrived. What is refused is not counted.
    mutating func take(_ count: Int) -> Decision {
        guard bytes + count <= bodyBytes else { return refused() }
        bytes += count
        return .admitted
    }

    mutating func release(_ count: Int) {
        bytes -= count
        calm()
    }

    mutating func refused() -> Decision {
        defer { isRefusing = true }
        return .refused(isFirst: !isRefusing)
    }

    private mutating func calm() {
        guard isRefusing else { return }
        isRefusing = 2 * working >= requests || 2 * waiting >= waitingRequests || 2 * bytes >= bodyBytes
    }
}
