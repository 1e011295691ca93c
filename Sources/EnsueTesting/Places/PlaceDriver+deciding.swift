internal import Ensue

extension PlaceDriver {
    mutating func pass() async throws {
        let span = Duration.seconds(30 * Int.random(in: 1...10, using: &generator))
        trace.append("\(span.milliseconds / 1000) s pass")
        try await bench.advance(span)
        model.now = try await bench.now()
    }

    mutating func rescue() async throws {
        trace.append("rescue")
        let rescued = try await bench.store.rescue(limit: 1000).effects
        let expected = model.rescue()
        try expect(rescued == expected, "\(rescued) were rescued, the model says \(expected)")
    }

    mutating func advance() async throws {
        trace.append("advance")
        let report = try await bench.store.advance(limit: 1000)
        let expected = model.advance()
        try expect(report.moved == expected.moved, "\(report.moved) were moved, the model says \(expected.moved)")
        try expect((report.next == nil) == (expected.next == nil), "next is in \(report), the model says \(expected)")
        guard let next = report.next, let wanted = expected.next else { return }
        let difference = next - wanted
        let precision = bench.subject.precision
        try expect(
            difference <= precision && difference >= .zero - precision, "next is in \(next), the model says \(wanted)")
    }

    mutating func command(_ operation: Operation) async throws {
        guard let id = any(of: model.entries.keys.sorted()) else { return }
        let command = anyCommand(operation, runs: model.entries[id]?.state.runs ?? 0)
        trace.append("\(command) on \(id)")
        let refusal = await thrown { () throws -> Void in
            _ = try await bench.store.command(command, on: id, random: 0.5)
        }
        var expected: (any Error)?
        do { try model.command(command, on: id) } catch { expected = error }
        try expect(
            (refusal as? Refusal)?.command == (expected as? Refusal)?.command && (refusal == nil) == (expected == nil),
            "\(command) on \(id) gave \(String(describing: refusal)), the model says \(String(describing: expected))")
    }

    private func thrown(_ body: () async throws -> Void) async -> (any Error)? {
        do { try await body() } catch { return error }
        return nil
    }

    private mutating func anyCommand(_ operation: Operation, runs: Int) -> Command {
        switch operation {
        case .cancel: return .cancel(reason: nil)
        case .retry: return .retry
        case .approve: return oneIn(4) ? .refuse(reason: nil) : .approve
        case .resolve:
            let resolutions: [Command.Resolution] = [.completed(output: nil), .failed(error: "x")]
            return any(of: resolutions).map { .resolve($0) } ?? .retry
        default:
            let run = oneIn(3) ? max(1, runs - 1) : max(1, runs)
            let reports: [CompletionReport] = [
                .completed(output: nil), .failed(error: "x", retry: true), .failed(error: "x", retry: false),
            ]
            return .complete(run: run, any(of: reports) ?? .completed(output: nil))
        }
    }
}
