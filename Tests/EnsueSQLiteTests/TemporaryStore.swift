import Ensue
import EnsueSQLite
import Foundation
import GRDB

/// A folder for one test's databases, removed with its last user.
final class TemporaryDatabase: Sendable {
    let folder: URL
    var path: String { folder.appendingPathComponent("test.db").path }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("ensue-sqlite-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    /// Another connection, as another program would open it.
    func foreign() throws -> DatabaseQueue { try DatabaseQueue(path: path) }

    deinit { try? FileManager.default.removeItem(at: folder) }
}

struct Greet: Effect {
    static let kind: EffectKind = "test.greet"
    var name: String
}

struct Greeted: Event {
    static let eventType: EventType = "test.Greeted"
    var name: String
}
