internal import Ensue

/// The ways to the ids of a page. Each goes from the highest down, and ends when the collector has enough.
extension Read {
    /// Goes through the blocks in which the account and kind occur. Where a state has a queue of its own, `head` leads
    /// to its next row, over the blocks of which it holds nothing.
    func collectByBlocks(
        _ scope: ListScope, head: String? = nil, scan: String, _ collector: inout PageCollector
    ) throws {
        let blocks = try raw(scope.table.nextBlock)
        blocks.bind(scope.account, 1)
        blocks.bind(scope.name ?? "", 2)
        let head = try head.map { try raw($0) }
        let scan = try raw(scan)
        let times = try TimeCheck(scope, self)
        var top = scope.ids.upperBound
        while top >= scope.ids.lowerBound, !collector.isDone {
            if let head {
                head.bind(top, 1)
                guard let next = try head.firstInt(), next >= scope.ids.lowerBound else { return }
                top = next
            }
            blocks.bind(top >> ListedTable.blockBits, 3)
            guard let block = try blocks.firstInt() else { return }
            collector.spend(1)
            let start = block << ListedTable.blockBits
            let end = start + (1 << ListedTable.blockBits) - 1
            // The row at the head is another account's or kind's: theirs are in this block or below.
            if end < top, head != nil {
                top = end
                collector.pass(end + 1)
                continue
            }
            let range = (max(start, scope.ids.lowerBound), min(end, top))
            guard range.0 <= range.1 else { return }
            try collect(scan, scope, range, times, &collector)
            guard !collector.isDone else { return }
            collector.pass(start)
            top = start - 1
        }
    }

    /// Goes through an index that leads to few rows: those of an event or a source.
    func collectByIndex(
        _ scope: ListScope, _ sql: String, _ bind: (RawStatement) -> Void, _ collector: inout PageCollector,
        check: (Int64, inout PageCollector) throws -> Bool = { _, _ in true }
    ) throws {
        let statement = try raw(sql)
        bind(statement)
        try collect(
            statement, scope, (scope.ids.lowerBound, scope.ids.upperBound), try TimeCheck(scope, self), &collector,
            check: check)
    }

    private func collect(
        _ statement: RawStatement, _ scope: ListScope, _ ids: (Int64, Int64), _ times: TimeCheck,
        _ collector: inout PageCollector, check: (Int64, inout PageCollector) throws -> Bool = { _, _ in true }
    ) throws {
        statement.bind(ids.0, 1)
        statement.bind(ids.1, 2)
        statement.bind(scope.account, 3)
        statement.bind(scope.name, 4)
        try statement.takeRows(while: {
            let id = statement.int(0)
            let isWanted = try statement.int(1) != 0 && times.holds(id) && check(id, &collector)
            return collector.look(at: id, isWanted: isWanted)
        })
    }

    /// Merges queues that are in order of their ids each. `next` returns the highest id of a queue that is not above
    /// another.
    func collectByMerging<Queue>(
        _ queues: [Queue], _ scope: ListScope, _ collector: inout PageCollector,
        next: (Queue, Int64) throws -> Int64?
    ) throws {
        let times = try TimeCheck(scope, self)
        var heads: [(queue: Queue, id: Int64)] = []
        for queue in queues {
            if let id = try next(queue, scope.ids.upperBound) { heads.append((queue, id)) }
        }
        while let index = heads.indices.max(by: { heads[$0].id < heads[$1].id }) {
            let (queue, id) = heads[index]
            guard id >= scope.ids.lowerBound, collector.look(at: id, isWanted: try times.holds(id)) else { return }
            if let following = try next(queue, id - 1) {
                heads[index].id = following
            } else {
                heads.swapAt(index, heads.count - 1)
                heads.removeLast()
            }
        }
    }

    /// Goes through ids that are known already, highest first.
    func collect(_ ids: [Int64], _ scope: ListScope, _ collector: inout PageCollector) throws {
        let times = try TimeCheck(scope, self)
        let check = try raw(ListStatement.isOfKind)
        check.bind(scope.account, 2)
        check.bind(scope.name, 3)
        for id in ids where scope.ids.contains(id) {
            check.bind(id, 1)
            let isWanted = try check.firstInt() == 1 && times.holds(id)
            guard collector.look(at: id, isWanted: isWanted) else { return }
        }
    }
}
