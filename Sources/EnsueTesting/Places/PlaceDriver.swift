internal import Ensue

/// Does random things to a store and the same to the model.
struct PlaceDriver {
    enum Operation: CaseIterable {
        case request, record, route, claim, settle, release, beat, leave, crash, pass, rescue, advance
        case cancel, retry, approve, resolve, complete

        var weight: Int {
            switch self {
            case .claim, .settle: 18
            case .request: 14
            case .pass: 8
            case .advance, .beat: 7
            case .rescue, .retry, .complete: 5
            case .record, .route, .release, .cancel, .approve, .resolve: 4
            case .crash: 3
            case .leave: 1
            }
        }
    }

    /// What a worker believes to have; it may be mistaken.
    struct Memory {
        var claimed: [ClaimedEffect] = []
        var leases: Set<LeaseID> { Set(claimed.map(\.lease)) }
    }

    private static let deck = Operation.allCases.flatMap { Array(repeating: $0, count: $0.weight) }
    static let workers = (1...3).map { WorkerID(rawValue: $0) }
    static let accounts: [Account] = [.default, "acme"]

    let bench: Bench
    var model: PlaceModel
    var generator: SeededGenerator
    var memories: [WorkerID: Memory] = [:]
    /// What crashed workers had: their results may still arrive.
    var ghosts: [ClaimedEffect] = []
    var trace: [String] = []

    init(bench: Bench, now: Timestamp, seed: UInt64) {
        self.bench = bench
        model = PlaceModel(now: now)
        generator = SeededGenerator(seed: seed)
    }

    /// Does one thing and compares everything.
    mutating func step() async throws {
        model.now = try await bench.now()
        let operation = Self.deck[Int.random(in: 0..<Self.deck.count, using: &generator)]
        switch operation {
        case .request: try await request()
        case .record: try await record()
        case .route: try await route()
        case .claim: try await claim()
        case .settle: try await settle()
        case .release: try await release()
        case .beat: try await beat()
        case .leave: try await leave()
        case .crash: crash()
        case .pass: try await pass()
        case .rescue: try await rescue()
        case .advance: try await advance()
        case .cancel, .retry, .approve, .resolve, .complete: try await command(operation)
        }
        try await compare()
    }

    private func compare() async throws {
        for id in model.entries.keys.sorted() {
            guard let record = try await bench.store.effect(id) else {
                throw PlaceDeviation("effect \(id) is gone")
            }
            if let deviation = model.deviation(of: record, precision: bench.subject.precision) {
                throw PlaceDeviation(deviation)
            }
        }
    }

    // MARK: Choosing

    mutating func oneIn(_ count: Int) -> Bool { Int.random(in: 0..<count, using: &generator) == 0 }

    mutating func any<Element>(of elements: [Element]) -> Element? { elements.randomElement(using: &generator) }

    mutating func anyWorker() -> WorkerID { any(of: Self.workers) ?? .first }

    mutating func anyKey() -> String? { oneIn(3) ? "key \(Int.random(in: 1...6, using: &generator))" : nil }

    func expect(_ condition: Bool, _ deviation: @autoclosure () -> String) throws {
        guard condition else { throw PlaceDeviation(deviation()) }
    }
}
