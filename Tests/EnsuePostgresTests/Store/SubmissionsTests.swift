import Ensue
import EnsueTesting
import Synchronization
import Testing

@testable import EnsuePostgres

@Suite(.timeLimit(.minutes(2)))
struct SubmissionsTests {
    /// Writes numbers as their tenfold. Refuses negative ones, and is down where there is a 99.
    private final class Writer: Sendable {
        private struct State {
            var held: Set<Int> = []
            var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
            var batches: [[Int]] = []
        }

        private let state: Mutex<State>

        init(holding held: Set<Int> = []) { state = Mutex(State(held: held)) }

        var batches: [[Int]] { state.withLock { $0.batches } }

        func write(_ items: [Int]) async throws -> [Int] {
            state.withLock { $0.batches.append(items) }
            for item in items { await pass(item) }
            try Task.checkCancellation()
            if items.contains(99) { throw StoreError(.unavailable, operation: "write", detail: "") }
            if let bad = items.first(where: { $0 < 0 }) {
                throw StoreError(.constraint("\(bad)"), operation: "write", detail: "")
            }
            return items.map { $0 * 10 }
        }

        /// Waits if the item is held.
        private func pass(_ item: Int) async {
            guard state.withLock({ $0.held.contains(item) }) else { return await Task.yield() }
            await withCheckedContinuation { continuation in
                let isHeld = state.withLock { state in
                    guard state.held.contains(item) else { return false }
                    state.waiting[item] = continuation
                    return true
                }
                if !isHeld { continuation.resume() }
            }
        }

        func letGo(_ item: Int) {
            state.withLock { state in
                state.held.remove(item)
                return state.waiting.removeValue(forKey: item)
            }?.resume()
        }
    }

    private struct Answer: Sendable {
        let items: [Int]
        let result: Result<[Int], any Error>
    }

    private static func submissions(to writer: Writer, limit: Int = 100) -> Submissions<Int, Int> {
        Submissions(limit: limit) { try await writer.write($0) }
    }

    private static func answer(
        of submissions: Submissions<Int, Int>, to items: [Int], isCancelled: Bool = false
    ) async -> Answer {
        if isCancelled { withUnsafeCurrentTask { $0?.cancel() } }
        do { return Answer(items: items, result: .success(try await submissions.submit(items))) } catch {
            return Answer(items: items, result: .failure(error))
        }
    }

    /// What becomes of calls that have to wait while two others are being written.
    private static func share(
        _ calls: [[Int]], limit: Int = 100, cancelling cancelled: [Int]? = nil
    ) async -> (answers: [[Int]: Result<[Int], any Error>], batches: [[Int]]) {
        let writer = Writer(holding: [1, 2])
        let submissions = submissions(to: writer, limit: limit)
        let answers = await withTaskGroup(of: Answer?.self) { group in
            // On one actor tasks begin in the order in which they are made.
            for items in [[1], [2]] + calls {
                let call: @MainActor @Sendable () async -> Answer? = {
                    await answer(of: submissions, to: items, isCancelled: items == cancelled)
                }
                group.addTask(operation: call)
            }
            let end: @MainActor @Sendable () async -> Answer? = {
                // Behind whatever those before have still to do.
                for _ in 1...10 { await Task.yield() }
                writer.letGo(1)
                return nil
            }
            group.addTask(operation: end)
            var answers: [[Int]: Result<[Int], any Error>] = [:]
            while let answer = await group.next() {
                if let answer { answers[answer.items] = answer.result }
                if answers.count == calls.count + 1 { writer.letGo(2) }
            }
            return answers
        }
        return (answers, writer.batches)
    }

    private static func reason(_ answer: Result<[Int], any Error>?) -> StoreError.Reason? {
        guard case .failure(let error as StoreError) = answer else { return nil }
        return error.reason
    }

    @Test func `calls that wait share the next write, and each gets what is its own`() async throws {
        let (answers, batches) = await Self.share([[3], [4, 5], [6]])
        #expect(batches == [[1], [2], [3, 4, 5, 6]])
        for (items, answer) in answers { #expect(try answer.get() == items.map { $0 * 10 }) }
        #expect(answers.count == 5)
    }

    @Test func `a batch takes no more than its limit, but a call is never divided`() async {
        let (_, batches) = await Self.share([[3, 4], [5, 6], [7], [8, 9, 10, 11, 12]], limit: 4)
        #expect(batches == [[1], [2], [3, 4, 5, 6], [7], [8, 9, 10, 11, 12]])
    }

    @Test func `a bad call hinders no other`() async throws {
        let (answers, batches) = await Self.share([[3], [4, -5], [6], [-7]])
        #expect(batches == [[1], [2], [3, 4, -5, 6, -7], [3], [4, -5], [6], [-7]])
        #expect(try answers[[3]]?.get() == [30] && answers[[6]]?.get() == [60])
        #expect(Self.reason(answers[[4, -5]]) == .constraint("-5"))
        #expect(Self.reason(answers[[-7]]) == .constraint("-7"))
    }

    @Test func `that the store is down is told everybody whose write it was`() async throws {
        let (answers, batches) = await Self.share([[3], [99], [6]])
        #expect(batches == [[1], [2], [3, 99, 6]])
        #expect([[3], [99], [6]].allSatisfy { Self.reason(answers[$0]) == .unavailable })
        #expect(try answers[[1]]?.get() == [10])
    }

    @Test func `who is cancelled while he writes for others does not take them along`() async throws {
        let (answers, _) = await Self.share([[3], [4], [5]], cancelling: [3])
        #expect(try answers[[4]]?.get() == [40] && answers[[5]]?.get() == [50])
    }

    @Test func `nothing to submit is not written`() async throws {
        let writer = Writer()
        #expect(try await Self.submissions(to: writer).submit([]) == [])
        #expect(writer.batches.isEmpty)
    }

    @Test(arguments: PropertySeed.seeds(rounds: 20))
    func `every call is answered, with its own results or its own error`(_ seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let writer = Writer()
        let submissions = Self.submissions(to: writer, limit: 20)
        var next = 100
        let calls = (1...200).map { _ in
            (1...Int.random(in: 1...6, using: &random)).map { _ in
                next += 1
                return Int.random(in: 0..<100, using: &random) == 0 ? -next : next
            }
        }
        let answers = await withTaskGroup(of: Answer.self) { group in
            for items in calls { group.addTask { await Self.answer(of: submissions, to: items) } }
            return await group.reduce(into: [Answer]()) { $0.append($1) }
        }
        #expect(answers.count == calls.count, "ENSUE_SEED=\(seed)")
        for answer in answers {
            if let bad = answer.items.first(where: { $0 < 0 }) {
                #expect(Self.reason(answer.result) == .constraint("\(bad)"), "ENSUE_SEED=\(seed)")
            } else {
                #expect(try answer.result.get() == answer.items.map { $0 * 10 }, "ENSUE_SEED=\(seed)")
            }
        }
        #expect(writer.batches.allSatisfy { $0.count <= 20 }, "ENSUE_SEED=\(seed)")
    }
}
