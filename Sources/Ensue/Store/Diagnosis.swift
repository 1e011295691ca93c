/// A store that can say what is wrong with it.
public protocol DiagnosableStore: Store {
    /// Measures and judges; changes nothing.
    ///
    /// What cannot be measured is a finding too, so that the rest is still told. `thoroughly` allows what reads all of
    /// the store and takes its time.
    func diagnose(thoroughly: Bool) async throws -> [Finding]
}

/// Which measurement means what. Pure functions, the same for every store; ``QueueFacts`` are judged beside.
///
/// A remedy names tables as `{ledger}`; the store that measured resolves them.
package enum Diagnosis {
    /// Of nothing more than so many are counted: a full count of a long queue would be a burden itself.
    package static let countLimit = 10_000

    // MARK: Words

    /// `3 effects`, `1 effect`, `more than 10,000 effects`.
    package static func counted(_ count: Int, _ noun: String) -> String {
        guard count <= countLimit else { return "more than \(grouped(countLimit)) \(noun)s" }
        return "\(grouped(count)) \(noun)\(count == 1 ? "" : "s")"
    }

    /// A number with its thousands set apart.
    package static func grouped(_ count: Int) -> String {
        var text = ""
        for (index, digit) in String(count).reversed().enumerated() {
            if index > 0, index % 3 == 0, digit != "-" { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }

    /// A span in the largest unit that leaves at least two of it: `90 s`, `3 min`, `5 h`, `12 days`.
    package static func words(_ span: Duration) -> String {
        let milliseconds = abs(span.milliseconds)
        let units: [(String, Int64)] = [("days", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1000)]
        for (name, unit) in units where milliseconds >= 2 * unit { return "\(milliseconds / unit) \(name)" }
        return "\(milliseconds) ms"
    }

    /// A number of bytes as people write it: `12 KB`, `3.4 GB`.
    package static func words(bytes: Int64) -> String {
        let units: [(String, Int64)] = [
            ("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1000),
        ]
        for (name, unit) in units where bytes >= unit {
            let tenths = bytes / (unit / 10)
            return tenths < 100 ? "\(tenths / 10).\(tenths % 10) \(name)" : "\(bytes / unit) \(name)"
        }
        return "\(bytes) bytes"
    }

    // MARK: The store itself

    /// `done` is the number of the schema that is there, nil if none is.
    package static func schema(_ done: Int?, latest: Int, update: String) -> Finding {
        let check = "schema.version"
        guard let done else {
            return .failure(check, "there are no tables of Ensue's", remedy: "create them: \(update)")
        }
        if done > latest {
            return .failure(
                check, "the schema is number \(done), and this version knows \(latest)",
                remedy: "use a version of ensue at least as new as the one that made it")
        }
        if done < latest {
            return .warning(
                check, "the schema is number \(done); this version brings number \(latest)",
                remedy: "bring it up to date: \(update)")
        }
        return .ok(check, "the schema is number \(done), the newest")
    }

    /// `missing` are descriptions such as `index parked_by_deadline`, each with the statement that brings it back.
    package static func objects(missing: [(name: String, statement: String)]) -> [Finding] {
        guard !missing.isEmpty else { return [.ok("schema.objects", "every table, index and trigger is there")] }
        return missing.map { .failure("schema.objects", "the \($0.name) is missing", remedy: $0.statement) }
    }

    /// `skew` is the store's time less this machine's, known to within `precision`.
    package static func clockSkew(_ skew: Duration, precision: Duration = .zero) -> Finding {
        let check = "clock.skew"
        let size = max(.zero, (skew < .zero ? .zero - skew : skew) - precision)
        guard size >= .seconds(1) else { return .ok(check, "this machine's clock agrees with the store's") }
        let summary = "the store's clock is \(words(skew)) \(skew < .zero ? "behind" : "ahead of") this machine's"
        let remedy = "keep both machines' time with NTP: timedatectl set-ntp true, then timedatectl timesync-status"
        return size < .seconds(5)
            ? .notice(check, summary, remedy: remedy)
            : .warning(
                check, summary + ": what is due at a time runs so much too \(skew < .zero ? "late" : "early")",
                remedy: remedy)
    }

    /// Room on the store's disk.
    package static func freeSpace(_ bytes: Int64, at place: String) -> Finding {
        let check = "disk.free"
        let summary = "\(words(bytes: bytes)) are free on the disk of \(place)"
        let remedy = "make room, or keep less: ensue serve --retention DAYS deletes what ended so long ago"
        if bytes < 100_000_000 { return .failure(check, summary, remedy: remedy) }
        if bytes < 1_000_000_000 { return .warning(check, summary, remedy: remedy) }
        return .ok(check, summary)
    }

    // MARK: What cannot be measured

    /// A check that failed itself.
    package static func unmeasured(_ check: String, _ error: any Error) -> Finding {
        let remedy =
            switch (error as? StoreError)?.reason {
            case .busy: "try again; if it stays so, find the program that holds the lock and end its transaction"
            case .unavailable: "check the address, that the store is up, and that this user may read and write it"
            case .full: "make room on the store's disk"
            case .corrupt: "stop every worker, keep a copy of the store, and restore the last backup"
            case .schemaMismatch: "use the version of ensue that the store was made by, or another store"
            case .constraint, nil: "if the message does not say what to do, report it with the versions in use"
            }
        return .failure(check, "cannot be examined: \(error)", remedy: remedy)
    }

    /// What `measure` finds; its error is a finding too.
    package static func check(_ name: String, _ measure: () async throws -> [Finding]) async -> [Finding] {
        do { return try await measure() } catch { return [unmeasured(name, error)] }
    }
}
