internal import ArgumentParser

/// Does something with each of several ids. One that fails does not keep the others from it.
struct ForEach {
    let ids: [Int]

    /// Throws, after all have had their turn, if any failed; a server that is gone ends it at once.
    func run(_ body: (Int) async throws -> Void) async throws {
        guard ids.count > 1 else {
            for id in ids { try await body(id) }
            return
        }
        var failures = 0
        for id in ids {
            do { try await body(id) } catch let failure as CommandFailure where failure.status == .failed {
                failures += 1
                Terminal.error.print("\(id): \(failure)")
            }
        }
        guard failures == 0 else { throw CommandFailure("\(failures) of \(ids.count) failed") }
    }
}
