public import Ensue
internal import Foundation
internal import GRDB

extension SQLiteStore: DiagnosableStore {
    public func diagnose(thoroughly: Bool) async throws -> [Finding] {
        var findings = [Finding.ok("connection", "\(identity.name) answers")]
        findings += await Diagnosis.check("schema.version") {
            try await self.read("diagnose") { try $0.schemaFindings() }
        }
        findings += await Diagnosis.check("disk.free") { try self.diskFindings() }
        findings += await Diagnosis.check("sqlite.settings") {
            try await self.pool.writeWithoutTransaction { db in
                let level = try Int.fetchOne(db, sql: "PRAGMA synchronous") ?? 0
                return [SQLiteDiagnosis.synchronous(level)]
            }
        }
        findings += await Diagnosis.check("file.pages") {
            try await self.read("diagnose") { [path] in try $0.pageFindings(path) }
        }
        findings += await Diagnosis.check("queues") {
            Diagnosis.queues(try await self.read("diagnose") { try $0.queueFacts() })
        }
        if thoroughly {
            findings += await Diagnosis.check("file.integrity") {
                let faults = try await self.read("diagnose") { read in
                    try String.fetchAll(read.db, sql: "PRAGMA quick_check(5)")
                }
                return [SQLiteDiagnosis.integrity(faults, path: self.path)]
            }
        }
        return findings.map { $0.naming(names.resolve) }
    }

    private func diskFindings() throws -> [Finding] {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let system = try FileManager.default.attributesOfFileSystem(forPath: folder)
        let free = (system[.systemFreeSize] as? NSNumber)?.int64Value
        return [SQLiteDiagnosis.log(try Self.size(path + "-wal"), path: path)]
            + (free.map { [Diagnosis.freeSpace($0, at: path)] } ?? [])
    }

    /// Bytes of a file that need not be there.
    private static func size(_ path: String) throws -> Int64 {
        guard FileManager.default.fileExists(atPath: path) else { return 0 }
        return (try FileManager.default.attributesOfItem(atPath: path)[.size] as? NSNumber)?.int64Value ?? 0
    }
}

extension Read {
    fileprivate func schemaFindings() throws -> [Finding] {
        let done: Int? = try value("SELECT max(number) FROM {migrations}")
        return [
            Diagnosis.schema(done, latest: Migration.all.count, update: "restart the workers with this version")
        ] + Diagnosis.objects(missing: try missingObjects())
    }

    /// What a new store has and this one has not.
    private func missingObjects() throws -> [(name: String, statement: String)] {
        let sql = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY rowid"
        let model = try DatabaseQueue()
        let expected = try model.writeWithoutTransaction { db in
            try Migration.migrate(db, names: names, ownsFile: false)
            return try Row.fetchAll(db, sql: sql)
        }
        let found = Set(try Row.fetchAll(db, sql: sql).map { $0[1] as String })
        return expected.filter { !found.contains($0[1]) }.map { row in
            let (type, name, statement): (String, String, String) = (row[0], row[1], row[2])
            return ("\(type) \(name)", statement + ";")
        }
    }

    fileprivate func pageFindings(_ path: String) throws -> [Finding] {
        let (size, pages): (Int64, Int64) = (try pragma("page_size"), try pragma("page_count"))
        return [SQLiteDiagnosis.file(bytes: size * pages, free: size * (try pragma("freelist_count")), path: path)]
    }

    private func pragma(_ name: String) throws -> Int64 { try Int64.fetchOne(db, sql: "PRAGMA \(name)") ?? 0 }
}
