internal import Foundation

/// An initialised cluster that never runs: a further server costs a copy of it.
struct Cluster {
    let installation: Installation
    let data: URL

    /// Unstructured because whoever comes first makes it for everyone, and must not take it along when cancelled.
    private static let first = Task { try await initialised() }

    static var template: Cluster {
        get async throws { try await first.value }
    }

    private static func initialised() async throws -> Cluster {
        let installation = try await Installation.found
        let folder = try Guardian.shared().makeFolder("template")
        let data = folder.appending(path: "data", directoryHint: .isDirectory)
        let password = folder.appending(path: "password")
        try Data("postgres\n".utf8).write(to: password)
        try ServerUser.own(password)
        try await installation.command(
            "initdb",
            [
                "--no-sync", "--locale=C", "-E", "UTF8", "-U", "postgres", "--pwfile", password.path,
                "--auth-host=scram-sha-256", "--auth-local=trust", "-D", data.path,
            ]
        ).run()
        return Cluster(installation: installation, data: data)
    }
}
