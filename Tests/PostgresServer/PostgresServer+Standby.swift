internal import Foundation

extension PostgresServer {
    /// A streaming copy of this server with a port of its own, connected when this returns.
    ///
    /// A synchronous one makes every commit here wait for it, also while it is stopped; a later synchronous one takes
    /// its place. It does not ask the same of others once it is promoted.
    public func makeStandby(
        synchronous: Bool = false, settings: [String: String] = [:]
    ) async throws -> PostgresServer {
        let standby = try PostgresServer(installation)
        try await installation.command(
            "pg_basebackup",
            [
                "-R", "--no-sync", "-X", "stream", "-c", "fast", "-D", standby.data.path,
                "-d", address(host: .socket),
            ]
        ).run()
        try standby.configure(["synchronous_standby_names": ""].merging(settings) { _, given in given })
        try await standby.startAgain()
        let name = standby.folder.lastPathComponent
        if synchronous {
            try append(["synchronous_standby_names": name])
            try await control(["reload"])
        }
        try await until("\(name) follows") {
            let state = try await psql(
                "SELECT state, sync_state FROM pg_stat_replication WHERE application_name = '\(name)'")
            return synchronous ? state == "streaming|sync" : state.hasPrefix("streaming|")
        }
        return standby
    }

    /// Makes a primary of a standby; returns when it takes writes. The former primary knows nothing of it.
    public func promote() async throws {
        try await control(["promote"])
    }
}

/// Asks every 20 ms, for at most 60 s.
func until(_ what: String, _ isTrue: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(60)
    while try await !isTrue() {
        guard ContinuousClock.now < end else { throw PostgresServerError("in vain: \(what)") }
        try await Task.sleep(for: .milliseconds(20))
    }
}
