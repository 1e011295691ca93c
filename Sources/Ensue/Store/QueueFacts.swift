/// What waits in a store and who is there to do it, as measured. Spans are by the store's clock; counts stop just
/// above ``Diagnosis/countLimit``.
package struct QueueFacts: Sendable {
    package struct Waiting: Sendable {
        package var count: Int
        /// For how long the one has been waiting that waits longest; nil if that is not known.
        package var oldest: Duration?

        package init(_ count: Int = 0, oldest: Duration? = nil) {
            self.count = count
            self.oldest = oldest
        }
    }

    /// A kind of which effects are ready.
    package struct Kind: Sendable {
        package var name: String
        package var waiting: Waiting
        /// How long ago a worker registered it; nil if none ever has.
        package var lastSeen: Duration?
        /// Whether a worker that lives handles it.
        package var isHandled: Bool

        package init(_ name: String, waiting: Waiting, lastSeen: Duration?, isHandled: Bool) {
            self.name = name
            self.waiting = waiting
            self.lastSeen = lastSeen
            self.isHandled = isHandled
        }
    }

    package struct Worker: Sendable {
        package var name: String
        /// For how long its sign of life is overdue; nil if it lives.
        package var silence: Duration?

        package init(_ name: String, silence: Duration? = nil) {
            self.name = name
            self.silence = silence
        }
    }

    package struct Listener: Sendable {
        package var name: String
        package var lastSeen: Duration

        package init(_ name: String, lastSeen: Duration) {
            self.name = name
            self.lastSeen = lastSeen
        }
    }

    package var kinds: [Kind] = []
    package var workers: [Worker] = []
    package var listeners: [Listener] = []
    /// Leases that are over and not rescued.
    package var expiredLeases = Waiting()
    /// Effects whose time has come, and that have not been moved on.
    package var overdue = Waiting()
    package var unrouted = Waiting()
    /// Endings that are not followed.
    package var endings = Waiting()
    package var uncertain = Waiting()
    package var held = Waiting()

    package init() {}

    var isAnyWorkerAlive: Bool { workers.contains { $0.silence == nil } }

    /// Whether there is something that a worker would do.
    var hasWork: Bool {
        kinds.contains { $0.waiting.count > 0 }
            || [expiredLeases, overdue, unrouted, endings].contains { $0.count > 0 }
    }
}
