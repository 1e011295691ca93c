internal import Ensue

/// What measurements mean that only a file of SQLite has.
enum SQLiteDiagnosis {
    static func synchronous(_ level: Int) -> Finding {
        guard level < 2 else { return .ok("sqlite.synchronous", "what is acknowledged is on the disk") }
        return .warning(
            "sqlite.synchronous",
            "PRAGMA synchronous is \(level): a power failure can lose what has been acknowledged",
            remedy: "when the application opens the database: PRAGMA synchronous = FULL")
    }

    /// The log grows without bounds while somebody reads an old snapshot.
    static func log(_ bytes: Int64, path: String) -> Finding {
        let check = "file.wal"
        let summary = "the write-ahead log has \(Diagnosis.words(bytes: bytes))"
        guard bytes >= 256_000_000 else { return .ok(check, summary) }
        return .warning(
            check, summary + ": some program has had a read transaction open for long",
            remedy: "end that program (lsof \(quoted(path)) lists who has the file open), then: "
                + "sqlite3 \(quoted(path)) 'PRAGMA wal_checkpoint(TRUNCATE)'")
    }

    static func file(bytes: Int64, free: Int64, path: String) -> Finding {
        let check = "file.size"
        let summary = "the file has \(Diagnosis.words(bytes: bytes))"
        guard free >= 100_000_000, free > bytes / 2 else { return .ok(check, summary) }
        return .notice(
            check, summary + ", of which \(Diagnosis.words(bytes: free)) are unused",
            remedy: "to give them back, with all workers stopped: sqlite3 \(quoted(path)) VACUUM")
    }

    /// `faults` are the lines of a quick check, which are `ok` alone when there are none.
    static func integrity(_ faults: [String], path: String) -> Finding {
        let check = "file.integrity"
        guard faults != ["ok"] else { return .ok(check, "the file is sound") }
        return .failure(
            check, "the file is damaged: \(faults.prefix(5).joined(separator: "; "))",
            remedy: "stop every worker, keep a copy of the file, and restore the last backup or what can be saved: "
                + "sqlite3 \(quoted(path)) .recover | sqlite3 saved.db")
    }

    /// A path as a shell takes it.
    static func quoted(_ path: String) -> String {
        let isPlain = path.unicodeScalars.allSatisfy {
            $0.properties.isAlphabetic || "0123456789_-./".contains(Character($0))
        }
        return isPlain ? path : "'\(path.replacing("'", with: "'\\''"))'"
    }
}
