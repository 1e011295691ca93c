internal import Foundation

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// The folder with PostgreSQL's own programs.
struct Installation {
    let folder: URL

    /// Unstructured because whoever comes first finds it for everyone, and must not take it along when cancelled.
    private static let first = Task { try await find() }

    static var found: Installation {
        get async throws { try await first.value }
    }

    /// `postgres`, `initdb` and their like refuse to run as root, hence `asServerUser`.
    func command(_ program: String, _ arguments: [String], asServerUser: Bool = true) -> Command {
        Command(folder.appending(path: program), arguments, asServerUser: asServerUser)
    }

    private static func find() async throws -> Installation {
        // No pg_config is one of the answers: it comes with the development files, not with the server.
        let asked = try? await Command(URL(filePath: "/usr/bin/env"), ["pg_config", "--bindir"]).run()
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let candidates =
            [asked].compactMap { $0 } + path.split(separator: ":").map(String.init)
            + versions(of: "/usr/lib/postgresql", to: "bin")
            + versions(of: "/opt/homebrew/opt", named: "postgresql", to: "bin")
            + versions(of: "/usr/local/opt", named: "postgresql", to: "bin")
        let programs = ["initdb", "pg_basebackup", "pg_ctl", "postgres", "psql"]
        for candidate in candidates {
            let folder = URL(filePath: candidate, directoryHint: .isDirectory)
            let complete = programs.allSatisfy {
                FileManager.default.isExecutableFile(atPath: folder.appending(path: $0).path)
            }
            if complete { return Installation(folder: folder) }
        }
        throw PostgresServerError(
            "PostgreSQL's server programs (\(programs.joined(separator: ", "))) are nowhere; run Scripts/setup")
    }

    /// The newest first.
    private static func versions(of folder: String, named prefix: String = "", to last: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasPrefix(prefix) }
            .sorted { $0.compare($1, options: .numeric) == .orderedDescending }
            .map { "\(folder)/\($0)/\(last)" }
    }
}

/// Who runs the servers when the tests run as root.
struct ServerUser {
    let name: String
    let user: uid_t
    let group: gid_t

    static let instead: ServerUser? = geteuid() == 0 ? named("postgres") ?? named("nobody") : nil

    /// Hands a file or folder, without what is in it, to the servers' user.
    static func own(_ url: URL) throws {
        guard let instead else { return }
        guard chown(url.path, instead.user, instead.group) == 0 else {
            throw PostgresServerError("\(url.path) cannot be given to \(instead.name): \(lastSystemError())")
        }
    }

    private static func named(_ name: String) -> ServerUser? {
        guard let entry = getpwnam(name)?.pointee else { return nil }
        return ServerUser(name: name, user: entry.pw_uid, group: entry.pw_gid)
    }
}

func lastSystemError() -> String {
    String(cString: strerror(errno))
}
