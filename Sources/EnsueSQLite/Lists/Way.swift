/// The way through the ids that fulfil one condition of a list, from the highest down.
struct Way {
    struct Step {
        let id: Int64
        /// False if the id was only passed: nothing above it fulfils the condition, and neither does it.
        let isWanted: Bool
    }

    /// The first step at or below an id, which must not be higher than the one before; nil if nothing is left.
    let step: (Int64) throws -> Step?

    /// A statement of which ?1 is the id to start from, and which returns the columns of a step.
    init(_ statement: RawStatement, _ bind: @escaping (RawStatement) -> Void = { _ in }) {
        step = { top in
            statement.bind(top, 1)
            bind(statement)
            var step: Step?
            try statement.takeRows(while: {
                step = Step(id: statement.int(0), isWanted: statement.int(1) != 0)
                return false
            })
            return step
        }
    }

    /// Ids that are known already, highest first.
    init(_ ids: [Int64]) {
        var rest = ids[...]
        step = { top in
            rest = rest.drop { $0 > top }
            return rest.first.map { Step(id: $0, isWanted: true) }
        }
    }

    /// Fulfils any one of some conditions.
    init(anyOf ways: [Way]) {
        var hasBegun = false
        // Ascending, so that those to be moved on are at the end, and mostly go back nearby.
        var heads: [(way: Way, step: Step)] = []
        step = { top in
            if !hasBegun {
                hasBegun = true
                heads = try ways.compactMap { way in try way.step(top).map { (way, $0) } }
                heads.sort { $0.step.id < $1.step.id }
            }
            while let (way, step) = heads.last, step.id > top {
                heads.removeLast()
                guard let next = try way.step(top) else { continue }
                heads.insert((way, next), at: heads.lastIndex { $0.step.id <= next.id }.map { $0 + 1 } ?? 0)
            }
            return heads.last?.step
        }
    }
}
