internal import Foundation

/// How an engine works. The defaults suit production.
public struct EngineOptions: Sendable {
    /// How the worker is shown to people.
    public var name: String
    /// How long claimed effects stay with a worker that gives no sign of life. Heartbeats come three times as often.
    /// A dead worker's effects run elsewhere at most this long, and a fifth, after its last heartbeat.
    public var lease: Duration
    /// How long running effects may go on after a graceful stop began, before their tasks are cancelled.
    public var grace: Duration
    /// How often everything is looked at even though no change was reported.
    public var safetyPoll: Duration
    /// How long ended effects and routed events are kept; nil keeps them for ever. Keys are always kept.
    public var retention: Duration?
    /// Told of every run whose result is handed over; see ``RunReport``.
    public var onRun: RunObserver?

    public init(
        name: String = EngineOptions.processName, lease: Duration = .seconds(15), grace: Duration = .seconds(20),
        safetyPoll: Duration = .seconds(1), retention: Duration? = nil, onRun: RunObserver? = nil
    ) {
        self.name = name
        self.lease = lease
        self.grace = grace
        self.safetyPoll = safetyPoll
        self.retention = retention
        self.onRun = onRun
    }

    /// With spans that an engine can work with: no lease under a tenth of a second, no poll more often than every
    /// hundredth, nothing deleted before it is a second old.
    var sound: EngineOptions {
        var options = self
        options.lease = max(lease, .milliseconds(100))
        options.grace = max(grace, .zero)
        options.safetyPoll = max(safetyPoll, .milliseconds(10))
        options.retention = retention.map { max($0, .seconds(1)) }
        return options
    }

    /// `host/pid`.
    public static var processName: String {
        "\(ProcessInfo.processInfo.hostName)/\(ProcessInfo.processInfo.processIdentifier)"
    }
}
