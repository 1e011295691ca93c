@testable import EnsuePostgres

/// Programs that insert by plain SQL, and a worker that goes to sleep: every order in which their steps can happen.
///
/// A step is what other sessions can tell from what was before. The worker decides by a real `Waking`; the model plays
/// the database. No transaction lasts as long as a worker waits for others at most: here, confirming takes no time.
struct WakingModel {
    /// What the worker does, and ways to do it wrong.
    enum Variant: CaseIterable {
        case sound
        /// Sleeps as soon as the wish is committed.
        case unconfirmed
        /// Draws the horizon before the wish is committed.
        case horizonBeforeWish
        /// Takes the snapshot's xmax for the horizon.
        case horizonOfSnapshot
        /// Looks first and asks for the oldest transaction then.
        case looksTooEarly
    }

    /// A statement that inserts: it has a transaction's id before its trigger looks who is asleep.
    fileprivate enum Producer: Hashable {
        case idle
        case inserted(Int64)
        case looked(Int64, notifies: Bool)
        case done
    }

    /// What is left of the worker's present step.
    fileprivate enum Operation: Hashable {
        case beginWish, commitWish, drawHorizon, readXmax, armed
        case readOldest, look, conclude
        case disarm
    }

    /// As PostgreSQL has it: a snapshot ends behind the last transaction that has ended, and knows nothing of younger
    /// ones that are under way.
    fileprivate struct Database: Hashable {
        private var nextID: Int64 = 1
        private var running: Set<Int64> = []
        private var lastEnded: Int64 = 0
        var isAsleep = false
        var ready = 0
        var hasNotification = false

        var xmax: Int64 { lastEnded + 1 }
        var xmin: Int64 { running.filter { $0 < xmax }.min() ?? xmax }

        mutating func begin() -> Int64 {
            defer { nextID += 1 }
            running.insert(nextID)
            return nextID
        }

        mutating func end(_ id: Int64) {
            running.remove(id)
            lastEnded = max(lastEnded, id)
        }
    }

    fileprivate struct World: Hashable {
        var database = Database()
        var producers: [Producer]
        var operations: [Operation] = []
        var now = Duration.zero
        var wish: Int64 = 0
        var horizon: Int64 = 0
        var oldest: Int64 = 0
        var hasFound = false
    }

    fileprivate struct State: Hashable {
        let world: World
        /// All of a `Waking`, as text.
        let waking: String
    }

    private let variant: Variant
    private var world: World
    private var waking = Waking(at: .zero)

    private init(_ variant: Variant, producers: Int) {
        self.variant = variant
        world = World(producers: Array(repeating: .idle, count: producers))
    }

    // MARK: Exploring

    struct Exploration {
        /// The first order of steps that was found to end in sleep beside work.
        fileprivate(set) var lost: [String]?
        fileprivate var states: Set<State> = []

        var visited: Int { states.count }
    }

    static func explore(_ variant: Variant, producers: Int) -> Exploration {
        var exploration = Exploration()
        WakingModel(variant, producers: producers).explore([], &exploration)
        return exploration
    }

    private func explore(_ path: [String], _ exploration: inout Exploration) {
        guard exploration.lost == nil, exploration.states.insert(State(world: world, waking: "\(waking)")).inserted
        else { return }
        if isLost { exploration.lost = path }
        // Which of those that have not begun is the next to begin makes no difference.
        let first = world.producers.firstIndex(of: .idle)
        for index in world.producers.indices where world.producers[index] != .idle || index == first {
            var next = self
            if let step = next.produce(index) { next.explore(path + ["producer \(index) \(step)"], &exploration) }
        }
        var working = self
        if let step = working.work() { working.explore(path + ["worker \(step)"], &exploration) }
        var hearing = self
        if let step = hearing.hear() { hearing.explore(path + ["worker \(step)"], &exploration) }
    }

    /// Nothing more will happen by itself, and something can be done.
    private var isLost: Bool {
        guard case .sleep = waking.next(at: world.now), world.operations.isEmpty else { return false }
        return world.database.ready > 0 && !world.database.hasNotification
            && world.producers.allSatisfy { $0 == .done }
    }

    // MARK: Steps

    private mutating func produce(_ index: Int) -> String? {
        switch world.producers[index] {
        case .idle:
            world.producers[index] = .inserted(world.database.begin())
            return "inserts"
        case .inserted(let id):
            world.producers[index] = .looked(id, notifies: world.database.isAsleep)
            return "looks who is asleep"
        case .looked(let id, let notifies):
            world.producers[index] = .done
            world.database.end(id)
            world.database.ready += 1
            if notifies { world.database.hasNotification = true }
            return "commits"
        case .done: return nil
        }
    }

    /// A notification has come: it is heard before the next step, or ends sleep, and all that is ready is taken.
    private mutating func hear() -> String? {
        guard world.operations.isEmpty, world.database.hasNotification else { return nil }
        world.database.hasNotification = false
        world.database.ready = 0
        waking.worked(at: world.now)
        return "hears"
    }

    private mutating func work() -> String? {
        if world.operations.isEmpty { decide() }
        guard !world.operations.isEmpty else { return nil }
        let operation = world.operations.removeFirst()
        carryOut(operation)
        return "\(operation)"
    }

    private mutating func decide() {
        let step = waking.next(at: world.now)
        if waking.isArmed, case .look = step { return world.operations = [.disarm] }
        switch step {
        case .look:
            // Two looks are as good as seventy.
            world.now += Waking.patience / 2
            world.operations = [.look, .conclude]
        case .arm:
            world.operations =
                switch variant {
                case .horizonBeforeWish: [.beginWish, .drawHorizon, .commitWish, .armed]
                case .horizonOfSnapshot: [.beginWish, .commitWish, .readXmax, .armed]
                case .sound, .unconfirmed, .looksTooEarly: [.beginWish, .commitWish, .drawHorizon, .armed]
                }
        case .confirm:
            world.operations =
                switch variant {
                case .unconfirmed: [.conclude]
                case .looksTooEarly: [.look, .readOldest, .conclude]
                case .sound, .horizonBeforeWish, .horizonOfSnapshot: [.readOldest, .look, .conclude]
                }
        case .sleep: break
        }
    }

    private mutating func carryOut(_ operation: Operation) {
        switch operation {
        case .beginWish: world.wish = world.database.begin()
        case .commitWish:
            world.database.end(world.wish)
            world.database.isAsleep = true
        case .drawHorizon:
            world.horizon = world.database.begin()
            world.database.end(world.horizon)
        case .readXmax: world.horizon = world.database.xmax
        case .armed: waking.armed(horizon: world.horizon, at: world.now)
        case .readOldest: world.oldest = world.database.xmin
        case .look:
            world.hasFound = world.database.ready > 0
            world.database.ready = 0
        case .conclude: conclude()
        case .disarm:
            world.database.end(world.database.begin())
            world.database.isAsleep = false
            waking.disarmed()
        }
    }

    private mutating func conclude() {
        if world.hasFound {
            waking.worked(at: world.now)
        } else {
            waking.lookedInVain()
            waking.confirmedInVain(oldest: variant == .unconfirmed ? .max : world.oldest, at: world.now)
        }
        (world.hasFound, world.oldest) = (false, 0)
    }
}
