internal import NIOCore

/// Whether a connection keeps the server waiting: which of the two has to move, since when, and until when at the
/// latest. Pure; times are given.
struct RequestPace {
    /// What the server waits for.
    enum Wait {
        case request, head, body
        /// The end of a body that nobody reads any more.
        case rest
        /// That the client takes what it is sent.
        case reading
    }

    struct Patience {
        let request: TimeAmount
        let head: TimeAmount
        let body: TimeAmount
        let reading: TimeAmount
        /// For what nobody needs any more: time for the client to see the answer.
        let rest: TimeAmount

        init(_ limits: ServerLimits) {
            request = TimeAmount(limits.idleTime)
            head = TimeAmount(limits.headTime)
            body = TimeAmount(limits.bodyTime)
            reading = TimeAmount(limits.unreadTime)
            rest = .seconds(2)
        }
    }

    let patience: Patience
    /// Requests whose heads have been read and whose answers have not been written.
    private(set) var unanswered = 0
    private var isBodyUnfinished = false
    private var isHeadBegun = false
    private var isUnread = false
    private(set) var since: NIODeadline

    init(patience: Patience, now: NIODeadline) {
        self.patience = patience
        since = now
    }

    /// Nil while the server itself has to move.
    var wait: Wait? {
        if isUnread { return .reading }
        if isBodyUnfinished { return unanswered == 0 ? .rest : unanswered == 1 ? .body : nil }
        guard unanswered == 0 else { return nil }
        return isHeadBegun ? .head : .request
    }

    var deadline: NIODeadline? {
        switch wait {
        case nil: nil
        case .request: since + patience.request
        case .head: since + patience.head
        case .body: since + patience.body
        case .rest: since + patience.rest
        case .reading: since + patience.reading
        }
    }

    /// Bytes have arrived that complete nothing.
    mutating func receivedPiece(_ now: NIODeadline) {
        guard !isHeadBegun, !isBodyUnfinished else { return }
        isHeadBegun = true
        if unanswered == 0 { since = now }
    }

    mutating func receivedHead(_ now: NIODeadline) {
        isHeadBegun = false
        isBodyUnfinished = true
        unanswered += 1
        if unanswered == 1 { since = now }
    }

    mutating func receivedEnd() { isBodyUnfinished = false }

    mutating func answered(_ now: NIODeadline) {
        unanswered = max(unanswered - 1, 0)
        since = now
    }

    /// The client has taken something, or as much as there was.
    mutating func setUnread(_ isUnread: Bool, _ now: NIODeadline) {
        self.isUnread = isUnread
        since = now
    }
}
