internal import Ensue
internal import Synchronization

/// Tells the subscriptions of this process what its commits have made possible.
final class ChangeHub: Sendable {
    /// A subscription lasts as long as the stream that was made of it.
    private struct Subscription: Sendable {
        weak let watch: Watch?
    }

    private let subscriptions = Mutex<[Subscription]>([])

    func publish(_ changes: StoreChanges) {
        guard !changes.isEmpty else { return }
        for subscription in subscriptions.withLock({ $0 }) { subscription.watch?.report(changes) }
    }

    /// Ends all subscriptions.
    func close() {
        for subscription in subscriptions.withLock({ $0 }) { subscription.watch?.end() }
    }

    func add(_ watch: Watch) {
        subscriptions.withLock { all in
            all.removeAll { $0.watch == nil }
            all.append(Subscription(watch: watch))
        }
    }
}
