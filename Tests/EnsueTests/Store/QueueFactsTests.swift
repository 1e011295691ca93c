import Ensue
import Testing

/// What is said of what waits and of who works.
@Suite struct QueueFactsTests {
    private static let day = Duration.seconds(86_400)
    private static let alive = QueueFacts.Worker("host/1")

    /// The findings of one check.
    private func findings(_ check: String, _ change: (inout QueueFacts) -> Void) -> [Finding] {
        var facts = QueueFacts()
        facts.workers = [Self.alive]
        change(&facts)
        let all = Diagnosis.queues(facts)
        #expect(all.filter { $0.severity >= .warning && $0.remedy == nil } == [], "everything wrong has a remedy")
        return all.filter { $0.check == check }
    }

    private func severity(_ check: String, _ change: (inout QueueFacts) -> Void) -> Finding.Severity? {
        findings(check, change).map(\.severity).max()
    }

    private func kind(
        _ count: Int = 1, oldest: Duration? = nil, lastSeen: Duration? = .zero, isHandled: Bool = true
    ) -> QueueFacts.Kind {
        QueueFacts.Kind("sms.send", waiting: .init(count, oldest: oldest), lastSeen: lastSeen, isHandled: isHandled)
    }

    @Test func `nothing is wrong with a worker and no work`() {
        var facts = QueueFacts()
        facts.workers = [Self.alive]
        #expect(Diagnosis.queues(facts).allSatisfy { $0.severity == .ok })
    }

    // MARK: Workers

    @Test func `no worker is a notice, and a warning once there is work`() {
        #expect(severity("workers.alive") { $0.workers = [] } == .notice)
        #expect(
            severity("workers.alive") {
                $0.workers = []
                $0.unrouted = .init(1)
            } == .warning)
    }

    @Test(arguments: [(Duration.seconds(5), Finding.Severity.notice), (.seconds(61), .warning)])
    func `a silent worker is a warning once others should have taken over`(
        _ silence: Duration, _ severity: Finding.Severity
    ) {
        let found = self.severity("workers.silent") { $0.workers.append(.init("host/2", silence: silence)) }
        #expect(found == severity)
    }

    @Test func `a silent worker is a warning at once when nobody else is there`() {
        #expect(severity("workers.silent") { $0.workers = [.init("host/2", silence: .seconds(1))] } == .warning)
    }

    // MARK: Backlogs

    @Test(arguments: [
        (1, Duration.seconds(300), Finding.Severity.ok), (1, .seconds(301), .warning), (10_000, .seconds(1), .ok),
        (10_001, .seconds(1), .notice),
    ])
    func `a backlog is judged by its age, and noticed by its length`(
        _ count: Int, _ oldest: Duration, _ severity: Finding.Severity
    ) {
        #expect(self.severity("effects.backlog") { $0.kinds = [kind(count, oldest: oldest)] } == severity)
    }

    @Test func `a backlog without any worker is that worker's fault, and only told`() {
        let found = severity("effects.backlog") {
            $0.workers = []
            $0.kinds = [kind(oldest: .seconds(9999), isHandled: false)]
        }
        #expect(found == .notice)
    }

    @Test func `a kind that no worker has ever handled is a warning, workers or not`() throws {
        for workers in [[], [Self.alive]] {
            let found = findings("kinds.handler") {
                $0.workers = workers
                $0.kinds = [kind(3, lastSeen: nil, isHandled: false)]
            }
            #expect(found.map(\.severity) == [.warning])
            #expect(found.first?.summary == "no worker has ever handled 'sms.send', and 3 effects of it wait")
        }
    }

    @Test func `a kind that only workers of the past handled is a warning`() {
        let hours = findings("kinds.handler") { $0.kinds = [kind(lastSeen: .seconds(7200), isHandled: false)] }
        #expect(
            hours.map(\.summary) == ["no running worker handles 'sms.send'; one did 2 h ago, and 1 effect of it waits"])
        let days = findings("kinds.handler") { $0.kinds = [kind(lastSeen: Self.day * 8, isHandled: false)] }
        #expect(days.map(\.summary) == ["no worker has handled 'sms.send' for 8 days, and 1 effect of it waits"])
    }

    // MARK: Listeners

    @Test(arguments: [
        (0.9, "1 listener is in force"), (2, "in 5 days events will no longer reach it"),
        (7.1, "events no longer reach it"),
    ])
    func `a listener that no worker registers any more is told before it lapses`(_ days: Double, _ text: String) {
        let found = findings("listeners") { $0.listeners = [.init("audit", lastSeen: Self.day * days)] }
        #expect(found.map(\.severity) == [days < 1 ? .ok : .warning])
        #expect(found.allSatisfy { $0.summary.contains(text) }, "\(found)")
    }

    // MARK: What workers do by themselves

    @Test(arguments: [
        (Duration.seconds(15), Finding.Severity.ok), (.seconds(16), .warning), (.seconds(61), .failure),
    ])
    func `a lease that nobody rescues is a failure in the end`(_ oldest: Duration, _ severity: Finding.Severity) {
        #expect(self.severity("leases.expired") { $0.expiredLeases = .init(2, oldest: oldest) } == severity)
    }

    @Test func `a lease that nobody can rescue is a warning`() {
        let found = severity("leases.expired") {
            $0.workers = []
            $0.expiredLeases = .init(2, oldest: .seconds(9999))
        }
        #expect(found == .warning)
    }

    @Test(arguments: ["effects.overdue", "events.unrouted", "endings.unfollowed"])
    func `what workers should have done within moments is a warning after half a minute`(_ check: String) {
        func severity(_ oldest: Duration, _ workers: [QueueFacts.Worker] = [Self.alive]) -> Finding.Severity? {
            self.severity(check) {
                $0.workers = workers
                $0.overdue = .init(3, oldest: oldest)
                $0.unrouted = .init(3, oldest: oldest)
                $0.endings = .init(3, oldest: oldest)
            }
        }
        #expect(severity(.seconds(30)) == .ok)
        #expect(severity(.seconds(31)) == .warning)
        #expect(severity(.seconds(31), []) == .notice)
    }

    // MARK: What waits for people

    @Test func `an uncertain effect is a warning, a held one a notice`() {
        #expect(severity("effects.uncertain") { $0.uncertain = .init(1) } == .warning)
        #expect(severity("effects.held") { $0.held = .init(1, oldest: Self.day * 30) } == .notice)
    }
}
