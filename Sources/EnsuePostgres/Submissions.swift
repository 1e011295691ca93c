internal import DequeModule
internal import Ensue
internal import Synchronization

/// Group commit: calls that arrive while a batch is being written share the next one, and are acknowledged by the same
/// commit. A batch that the store refuses, or in which one call has to wait for others' locks,
/// is written call by call, so that it hinders no other.
///
/// The caller that finds nobody writing writes, for as long as the others' batches include its own; then the next
/// waiting caller takes over.
final class Submissions<Item: Sendable, Result: Sendable>: Sendable {
    private struct Call: Sendable {
        let items: [Item]
        let continuation: CheckedContinuation<Turn, Never>
    }

    /// What a waiting caller is woken with.
    private enum Turn: Sendable {
        case done(Swift.Result<[Result], any Error>)
        /// Nobody writes any more: write, beginning with the own call.
        case write
    }

    private struct State {
        var waiting = Deque<Call>()
        var writers = 0
    }

    /// So many batches are under way at once: while one waits for the disk, the next one is being written.
    private static var writersLimit: Int { 2 }

    private let state = Mutex(State())
    private let limit: Int
    private let write: @Sendable ([Item]) async throws -> [Result]

    init(limit: Int, write: @escaping @Sendable ([Item]) async throws -> [Result]) {
        self.limit = limit
        self.write = write
    }

    func submit(_ items: [Item]) async throws -> [Result] {
        guard !items.isEmpty else { return [] }
        let mayWrite = state.withLock { state in
            guard state.writers < Self.writersLimit else { return false }
            state.writers += 1
            return true
        }
        if mayWrite { return try await writeOwn(items) }
        let turn = await withCheckedContinuation { continuation in
            let mayWrite = state.withLock { state in
                if state.writers < Self.writersLimit {
                    state.writers += 1
                    return true
                }
                state.waiting.append(Call(items: items, continuation: continuation))
                return false
            }
            if mayWrite { continuation.resume(returning: .write) }
        }
        switch turn {
        case .done(let result): return try result.get()
        case .write: return try await writeOwn(items)
        }
    }

    /// Writes the own call with those that wait, acknowledges them, and hands the turn on.
    private func writeOwn(_ items: [Item]) async throws -> [Result] {
        var others: [Call] = []
        var batch = items
        state.withLock { state in
            while let next = state.waiting.first, batch.count + next.items.count <= limit {
                batch += next.items
                others.append(next)
                state.waiting.removeFirst()
            }
        }
        let own: Swift.Result<[Result], any Error>
        do {
            let results = try await others.isEmpty ? write(batch) : writeShared(batch)
            own = .success(Array(results.prefix(items.count)))
            var start = items.count
            for call in others {
                call.continuation.resume(returning: .done(.success(Array(results[start..<(start + call.items.count)]))))
                start += call.items.count
            }
        } catch  where others.isEmpty || (error as? StoreError)?.reason == .unavailable {
            own = .failure(error)
            for call in others { call.continuation.resume(returning: .done(.failure(error))) }
        } catch {
            own = await writeAlone(items, using: write)
            for call in others {
                let result = await writeAlone(call.items, using: writeShared)
                call.continuation.resume(returning: .done(result))
            }
        }
        handOn()
        return try own.get()
    }

    /// In a task of its own: others share the write, and it is not to fail because the caller that writes is cancelled.
    private func writeShared(_ items: [Item]) async throws -> [Result] {
        let write = write
        return try await Task { try await write(items) }.value
    }

    private func writeAlone(
        _ items: [Item], using write: ([Item]) async throws -> [Result]
    ) async -> Swift.Result<[Result], any Error> {
        do { return .success(try await write(items)) } catch { return .failure(error) }
    }

    private func handOn() {
        let next = state.withLock { state -> Call? in
            guard let next = state.waiting.popFirst() else {
                state.writers -= 1
                return nil
            }
            return next
        }
        next?.continuation.resume(returning: .write)
    }
}
