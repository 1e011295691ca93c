internal import Ensue
internal import Synchronization

/// From which id on lists of what is ready are looked through: see ``Sweeps``. While some session holds a transaction
/// open, what was claimed long ago lies in the way of whoever looks for the last that waits.
final class ReadyMarks: Sendable {
    private struct List: Hashable {
        let account: Account
        let kind: EffectKind?
    }

    private struct Mark {
        var sweeps = Sweeps()
        var position: Int64 = 0
    }

    /// What a look may cost on a busy server before it is done less often: then what somebody puts back into the queue
    /// is listed with a delay.
    static let bearable = Duration.milliseconds(25)
    private static let limit = 1000
    private let marks = Mutex<[List: Mark]>([:])

    /// Carries out a look, which begins where the last that waits was found if to look further was dear. Where none
    /// waits, `newest` says which ids have not been given out yet.
    func looking(
        _ query: EffectQuery, _ stretch: IDStretch, at clock: any EngineClock, newest: () throws -> Int64,
        _ look: (IDStretch) throws -> Found
    ) throws -> Found {
        let list = List(account: query.account, kind: query.kind)
        let begin = clock.uptime()
        let start = marks.withLock { marks in
            marks[list].map { $0.sweeps.isDue(at: begin) ? 0 : $0.position } ?? 0
        }
        var stretch = stretch
        stretch.from = max(stretch.from, start)
        let found = try look(stretch)
        let end = clock.uptime()
        guard start == 0 else { return found }
        let excess = max(.zero, end - begin - Self.bearable)
        // The last that waits is known only if there was room for more.
        var position = found.rest == nil ? found.ids.last : nil
        if excess > .zero, found.ids.isEmpty, query.before == nil { position = try newest() }
        marks.withLock { marks in
            if marks.count >= Self.limit, marks[list] == nil { marks = [:] }
            marks[list, default: Mark()].sweeps.done(cost: excess, at: end)
            if let position { marks[list]?.position = position }
        }
        return found
    }
}
