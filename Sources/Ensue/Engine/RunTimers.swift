internal import HeapModule
internal import Synchronization

/// Stops runs that take too long. One sleeper for all of them.
final class RunTimers: Sendable {
    private struct Entry: Comparable {
        let due: Duration
        let span: Duration
        let control: RunControl

        static func == (left: Entry, right: Entry) -> Bool { left.due == right.due }
        static func < (left: Entry, right: Entry) -> Bool { left.due < right.due }
    }

    private let entries = Mutex(Heap<Entry>())
    private let signal = Signal()
    private let clock: any EngineClock

    init(clock: any EngineClock) { self.clock = clock }

    func stop(_ control: RunControl, after span: Duration) {
        let entry = Entry(due: clock.uptime() + span, span: span, control: control)
        let isNext = entries.withLock { heap in
            heap.insert(entry)
            return heap.min?.due == entry.due
        }
        if isNext { signal.notify() }
    }

    /// Runs until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            guard let next = fireDue() else {
                await signal.wait()
                continue
            }
            await signal.wait(atMost: next, clock: clock)
        }
    }

    /// Stops what is due. Returns how long until the next.
    private func fireDue() -> Duration? {
        let now = clock.uptime()
        var due: [Entry] = []
        let next = entries.withLock { heap -> Duration? in
            while let first = heap.min, first.due <= now { due.append(heap.removeMin()) }
            return heap.min.map { $0.due - now }
        }
        for entry in due { entry.control.stop(.timedOut(entry.span)) }
        return next
    }
}
