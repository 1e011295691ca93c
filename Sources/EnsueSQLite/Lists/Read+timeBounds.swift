internal import Ensue

extension Read {
    /// Where a list may hold rows of a time: ids ascend with time, but for clocks that were set and rows that brought
    /// their own time along. Nil if there is nothing.
    func ids(
        of table: ListedTable, since: Timestamp?, until: Timestamp?, before: Int64?
    ) throws -> ClosedRange<Int64>? {
        guard let lowest = try id("min", table), let highest = try id("max", table) else { return nil }
        let top = min(highest, before.map { $0 &- 1 } ?? highest)
        guard lowest <= top else { return nil }
        let times = try raw(table.timesFrom)
        let slack = Duration.milliseconds(100)
        let floor = try since.map { since in
            try firstID(in: lowest...highest, times) { $0.max().map { $0 >= (since - slack).milliseconds } ?? true }
        }
        let ceiling = try until.map { until in
            try firstID(in: lowest...highest, times) { $0.min().map { $0 >= (until + slack).milliseconds } ?? true } - 1
        }
        let range = (floor ?? lowest, min(top, ceiling ?? top))
        return range.0 <= range.1 ? range.0...range.1 : nil
    }

    private func id(_ end: String, _ table: ListedTable) throws -> Int64? {
        try value("SELECT \(end)(id) FROM \(table.rows)")
    }

    /// The first id from which on the times satisfy a condition that later times satisfy too; one above the range if
    /// none do. Each probe looks at a few rows, so that one with a time of its own does not mislead.
    private func firstID(
        in range: ClosedRange<Int64>, _ times: RawStatement, _ isLate: ([Int64]) -> Bool
    ) throws -> Int64 {
        var (low, high) = (range.lowerBound, range.upperBound + 1)
        while low < high {
            let middle = low + (high - low) / 2
            var window: [Int64] = []
            times.bind(middle, 1)
            try times.forEach { window.append(times.int(1)) }
            if isLate(window) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
