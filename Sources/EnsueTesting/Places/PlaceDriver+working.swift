internal import Ensue

extension PlaceDriver {
    mutating func claim() async throws {
        let worker = anyWorker()
        var quotas: [Claim.Quota] = []
        for kind in PlaceModel.policies.keys.sorted() where !oneIn(3) {
            quotas.append(Claim.Quota(kind: kind, limit: Int.random(in: 1...4, using: &generator)))
        }
        let claim = Claim(worker: worker, firstLease: bench.newLease(), quotas: quotas, lease: PlaceModel.lease)
        let claimed = try await bench.store.claim(claim)
        trace.append("claim by \(worker): \(claimed.map { "\($0.id) in \($0.lease)" })")
        let faults = model.claim(claim, brought: claimed)
        try expect(faults.isEmpty, faults.joined(separator: "; "))
        if oneIn(10) { ghosts += claimed } else { memories[worker, default: Memory()].claimed += claimed }
    }

    mutating func settle() async throws {
        var runs: [SettledRun] = []
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            guard let claimed = anyClaimed() else { continue }
            let result = anyResult()
            trace.append("settle \(claimed.id) in \(claimed.lease): \(result)")
            let policy = PlaceModel.policies[claimed.kind] ?? .standard
            runs.append(
                SettledRun(
                    of: claimed, startedAt: model.now,
                    transition: .settling(result, policy: policy, history: claimed.history, random: 0.5)))
        }
        let report = try await bench.store.settle(runs)
        // A store settles lease by lease; within one lease in the order of the call.
        let stale = runs.filter { !model.settle($0) }.map(\.effect)
        try expect(report.stale.sorted() == stale.sorted(), "\(report.stale) are stale, the model says \(stale)")
    }

    /// Something that a worker has or had, forgotten with it.
    private mutating func anyClaimed() -> ClaimedEffect? {
        let worker = anyWorker()
        if oneIn(5), let ghost = any(of: ghosts) { return ghost }
        guard let claimed = any(of: memories[worker]?.claimed ?? []) else { return nil }
        if !oneIn(6) { memories[worker]?.claimed.removeAll { $0.id == claimed.id && $0.lease == claimed.lease } }
        return claimed
    }

    private mutating func anyResult() -> RunResult {
        let number = JSONText(.number(JSONNumber(Int.random(in: 0...9, using: &generator))))
        let results: [RunResult] = [
            .completed(output: nil), .completed(output: number), .failed(error: "x", delay: nil),
            .failed(error: "x", delay: .seconds(135)), .rejected(reason: "x"), .deferred(within: .seconds(255)),
            .snoozed(for: .seconds(105)), .snoozed(for: .zero), .timedOut(after: .seconds(1)), .cancelled,
            .interrupted,
        ]
        return any(of: results) ?? .cancelled
    }

    mutating func release() async throws {
        let worker = anyWorker()
        guard let lease = any(of: memories[worker]?.leases.sorted() ?? []) else { return }
        var released: [EffectID] = []
        for claimed in memories[worker]?.claimed ?? [] where claimed.lease == lease && oneIn(2) {
            released.append(claimed.id)
        }
        trace.append("release \(released) of \(lease)")
        try await bench.store.release(released, of: lease)
        model.release(released, of: lease)
        memories[worker]?.claimed.removeAll { $0.lease == lease && released.contains($0.id) }
    }

    mutating func beat() async throws {
        let worker = anyWorker()
        let known = memories[worker]?.leases ?? []
        trace.append("beat by \(worker) with \(known.sorted())")
        let reply = try await bench.store.beat(
            Heartbeat(worker: worker, leases: Array(known), lease: PlaceModel.lease))
        let expected = model.beat(worker, knowing: known)
        try expect(reply.alive == expected.alive, "alive are \(reply.alive), the model says \(expected.alive)")
        try expect(
            reply.cancelled.sorted() == expected.cancelled,
            "cancelled are \(reply.cancelled), the model says \(expected.cancelled)")
    }

    mutating func leave() async throws {
        let worker = anyWorker()
        trace.append("leave \(worker)")
        try await bench.store.leave(worker)
        model.leave(worker)
        ghosts += memories.removeValue(forKey: worker)?.claimed ?? []
    }

    /// A worker forgets everything; what it began may still send its results.
    mutating func crash() {
        let worker = anyWorker()
        trace.append("crash of \(worker)")
        ghosts += memories.removeValue(forKey: worker)?.claimed ?? []
    }
}
