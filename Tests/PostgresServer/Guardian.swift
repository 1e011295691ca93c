internal import Foundation
internal import Synchronization

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// The folder with all servers of this process, and the shell that ends them and removes it when this process is
/// gone, however it went.
///
/// The shell reads from a socket whose other end only this process holds: the end of input is the end of the process,
/// whether it exits or is killed, and no other process can have its number.
final class Guardian: Sendable {
    let root: URL

    private let line: Int32
    private let numbers = Mutex(0)

    private static let first = Result { try Guardian() }

    static func shared() throws -> Guardian {
        try first.get()
    }

    private init() throws {
        root = try Self.makeRoot()
        let (ours, theirs) = try Socket.pair()
        line = ours
        let shell = Process()
        shell.executableURL = URL(filePath: "/bin/sh")
        shell.arguments = ["-c", Self.script, "ensue-postgres-guardian", root.path]
        shell.currentDirectoryURL = URL(filePath: "/")
        shell.standardInput = FileHandle(fileDescriptor: theirs, closeOnDealloc: true)
        // `swift test` would wait for an inherited output to be closed.
        shell.standardOutput = FileHandle.nullDevice
        shell.standardError = FileHandle.nullDevice
        try shell.run()
    }

    /// A new folder in the root, of the servers' user.
    func makeFolder(_ prefix: String) throws -> URL {
        let number = numbers.withLock { number in
            number += 1
            return number
        }
        let folder = root.appending(path: "\(prefix)\(number)", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        try ServerUser.own(folder)
        return folder
    }

    /// Ends what runs in the folder and removes it, soon.
    func remove(_ folder: URL) {
        Socket.send(Array("\(folder.lastPathComponent)\n".utf8), to: line)
    }

    /// Short, because a socket's path may have no more than 103 bytes (macOS) or 107 (Linux).
    private static func makeRoot() throws -> URL {
        let temporary = FileManager.default.temporaryDirectory.path
        let parent = temporary.utf8.count > 60 ? "/tmp" : temporary
        var path = Array("\(parent)/ensue-pg-XXXXXX".utf8CString)
        guard mkdtemp(&path) != nil else {
            throw PostgresServerError("no temporary folder in \(parent): \(lastSystemError())")
        }
        let root = URL(
            filePath: String(decoding: path.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self),
            directoryHint: .isDirectory)
        try ServerUser.own(root)
        return root
    }

    /// A process counts as ours where its command line names the folder: its number may be another's by now.
    /// A number after a minus is that of initdb's own server, soon done; killed, it would leave shared memory behind.
    /// The second round is for what was just starting in the first.
    private static let script = """
        trap '' HUP INT QUIT TERM
        root=$1
        alive() {
            if [ -d /proc/self ]; then grep -qaF "$folder/" "/proc/$pid/cmdline"; else kill -0 "$pid"; fi
        }
        end() {
            folder=$1
            tries=0
            while grep -q ^- "$folder/data/postmaster.pid" && [ $tries -lt 50 ]; do
                sleep 0.1; tries=$((tries + 1))
            done
            for file in "$folder/data/postmaster.pid" "$folder/pgbouncer.pid"; do
                [ -f "$file" ] && read -r pid <"$file" && alive || continue
                case $file in *pgbouncer.pid) kill -KILL "$pid" ;; *) kill -QUIT "$pid" ;; esac
                tries=0
                while alive && [ $tries -lt 60 ]; do sleep 0.1; tries=$((tries + 1)); done
                alive && kill -KILL "$pid"
            done
            rm -rf "$folder"
        }
        while read -r name; do end "$root/$name"; done
        for round in 1 2; do
            for folder in "$root"/*/; do end "${folder%/}"; done
            rm -rf "$root"
            [ $round = 2 ] || sleep 1
        done
        """
}
