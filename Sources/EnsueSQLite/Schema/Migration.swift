internal import Ensue
internal import Foundation
internal import GRDB

/// One numbered, frozen step from an empty database to the present schema.
struct Migration: Sendable {
    let number: Int
    let sql: String

    static let all: [Migration] = [.first, .second]

    /// Brings the database to the present schema in one transaction, and refuses one that is newer or not ours.
    static func migrate(_ db: Database, names: Names, ownsFile: Bool) throws {
        try db.inTransaction(.immediate) {
            let isNew = try !db.tableExists(names.resolve("{migrations}"))
            if isNew, ownsFile, let foreign = try foreignTable(db) {
                throw StoreError(
                    .schemaMismatch, operation: "open",
                    detail: "the file belongs to another program (it has a table '\(foreign)'); "
                        + "give a file of Ensue's own, or share the database through SQLiteStore(sharing:)")
            }
            if isNew {
                try db.execute(
                    sql: names.resolve(
                        "CREATE TABLE {migrations} (number INTEGER PRIMARY KEY, applied_at TEXT NOT NULL)"))
            }
            let done = try Int.fetchOne(db, sql: names.resolve("SELECT max(number) FROM {migrations}")) ?? 0
            guard done <= all.count else {
                throw StoreError(
                    .schemaMismatch, operation: "open",
                    detail: "its schema is number \(done), this version knows \(all.count); use a newer version")
            }
            for migration in all where migration.number > done {
                try db.execute(sql: names.resolve(migration.sql))
                try db.execute(
                    sql: names.resolve("INSERT INTO {migrations} VALUES (?, datetime('now'))"),
                    arguments: [migration.number])
            }
            if isNew { try drawIdentity(db, names: names) }
            return .commit
        }
    }

    /// Gives a new store its id and its secret, from the system's generator.
    private static func drawIdentity(_ db: Database, names: Names) throws {
        var generator = SystemRandomNumberGenerator()
        let secret = Data((0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
        let id = String(UInt64.random(in: .min ... .max, using: &generator), radix: 16)
        try db.execute(
            sql: names.resolve("INSERT INTO {store} (only, id, secret) VALUES (1, ?, ?)"), arguments: [id, secret])
    }

    private static func foreignTable(_ db: Database) throws -> String? {
        try String.fetchOne(db, sql: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    }
}
