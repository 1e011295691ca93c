internal import Ensue
internal import Foundation
internal import GRDB

extension SQLiteStore {
    /// Opens a store to diagnose it: creates no file and updates no schema. An application's database, shared with it,
    /// is opened too.
    ///
    /// Throws ``Obstacle`` if there is nothing that could be opened.
    package static func examining(path: String) throws -> SQLiteStore {
        try examineFile(path)
        let prefix: String
        do { prefix = try examineSchema(path) } catch let obstacle as Obstacle { throw obstacle } catch {
            throw Obstacle(Diagnosis.unmeasured("connection", StoreError.mapping(error, operation: "open")))
        }
        do {
            guard !prefix.isEmpty else { return try SQLiteStore(path: path) }
            return try SQLiteStore(sharing: try DatabasePool(path: path), allowingWeakerDurability: true)
        } catch {
            throw Obstacle(Diagnosis.unmeasured("connection", StoreError.mapping(error, operation: "open")))
        }
    }

    private static func examineFile(_ path: String) throws {
        let files = FileManager.default
        let quoted = SQLiteDiagnosis.quoted(path)
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        var isFolder: ObjCBool = false
        guard files.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw Obstacle(
                .failure(
                    "connection", "there is no file '\(path)'",
                    remedy: "give the store's path with --store, or create it: ensue serve --store \(quoted)"))
        }
        guard !isFolder.boolValue else {
            throw Obstacle(
                .failure(
                    "connection", "'\(path)' is a folder",
                    remedy: "give the path of a file in it: --store \(SQLiteDiagnosis.quoted(path + "/ensue.db"))"))
        }
        // SQLite keeps its log and its index of it beside the file.
        for place in [path, folder] where !files.isReadableFile(atPath: place) || !files.isWritableFile(atPath: place) {
            throw Obstacle(
                .failure(
                    "permissions", "this user may not read and write '\(place)'",
                    remedy: "run as its owner, or: chmod u+rw \(SQLiteDiagnosis.quoted(place))"))
        }
    }

    /// The prefix of the store's tables, once opening is sure to change nothing.
    private static func examineSchema(_ path: String) throws -> String {
        var configuration = Configuration()
        configuration.readonly = true
        let latest = Migration.all.count
        return try DatabaseQueue(path: path, configuration: configuration).read { db in
            let prefix = try ["", "ensue_"].first { prefix in
                try db.tableExists(prefix + "migrations") && db.tableExists(prefix + "unrouted")
            }
            guard let prefix else { throw Obstacle(try strange(db, path: path)) }
            let done = try Int.fetchOne(db, sql: "SELECT max(number) FROM \(prefix)migrations") ?? 0
            guard done == latest else {
                let update =
                    prefix.isEmpty ? "ensue serve --store \(SQLiteDiagnosis.quoted(path))" : "start the application"
                throw Obstacle(Diagnosis.schema(done, latest: latest, update: update))
            }
            return prefix
        }
    }

    /// What to say of a database without our tables.
    private static func strange(_ db: Database, path: String) throws -> Finding {
        let table = try String.fetchOne(
            db, sql: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        guard let table else {
            return Diagnosis.schema(
                nil, latest: Migration.all.count, update: "ensue serve --store \(SQLiteDiagnosis.quoted(path))")
        }
        return .failure(
            "schema.version", "the file belongs to another program: it has a table '\(table)' and none of Ensue's",
            remedy: "give another file with --store")
    }
}
