import Foundation

/// What this program finds around it, from its environment.
struct Surroundings {
    /// `DATABASE`: the application's file.
    var database: String
    /// `OUTBOX`: the folder that stands for the mail server.
    var outbox: URL
    /// `PORT`
    var port: Int

    static func fromEnvironment() -> Surroundings {
        let environment = ProcessInfo.processInfo.environment
        return Surroundings(
            database: environment["DATABASE"] ?? "shop.db",
            outbox: URL(fileURLWithPath: environment["OUTBOX"] ?? "outbox", isDirectory: true),
            port: environment["PORT"].flatMap(Int.init) ?? 8080)
    }
}
