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

    /// Entries of runs that are over stay until they are due, or until they are too many.
    private struct Entries {
        var heap = Heap<Entry>()
        var limit = 1024

        mutating func insert(_ entry: Entry) {
            if heap.count >= limit {
                heap = Heap(heap.unordered.filter { !$0.control.isDecided })
                limit = max(1024, 2 * heap.count)
            }
            heap.insert(entry)
        }
    }

    private let entries = Mutex(Entries())
    private let signal = Signal()
    private let clock: any EngineClock

    init(clock: any EngineClock) { self.clock = clock }

    func stop(_ control: RunControl, after span: Duration) {
        let entry = Entry(due: clock.uptime() + span, span: span, control: control)
        let isNext = entries.withLock { entries in
            entries.insert(entry)
            return entries.heap.min?.due == entry.due
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
        let next = entries.withLock { entries -> Duration? in
            while let first = entries.heap.min, first.due <= now { due.append(entries.heap.removeMin()) }
            return entries.heap.min.map { $0.due - now }
        }
        for entry in due { entry.control.stop(.timedOut(entry.span)) }
        return next
    }
}
