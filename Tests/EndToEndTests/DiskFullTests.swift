#if os(Linux)
    import Foundation
    import Glibc
    import Testing

    /// A file system of eight megabytes in a mount namespace of its own, so that no rights on the machine are needed.
    @Suite(.serialized, .timeLimit(.minutes(5)))
    struct DiskFullTests {
        /// Mounts, takes up most of the room with a filler, serves; removes the filler when told to.
        private static let script = """
            set -eu
            mount -t tmpfs -o size=8m tmpfs "$1/disk"
            head -c 6000000 /dev/zero > "$1/disk/filler"
            "$2" serve --store "$1/disk/ensue.db" --port "$3" &
            server=$!
            trap 'kill -TERM $server' TERM
            while kill -0 $server 2>/dev/null; do
                if [ -e "$1/make-room" ]; then rm -f "$1/disk/filler" "$1/make-room"; fi
                if [ -e "$1/copy-out" ]; then
                    kill -TERM $server; wait $server || true
                    cp "$1"/disk/ensue.db* "$1/"; rm -f "$1/copy-out"
                fi
                sleep 0.05
            done
            """

        @Test func `a full disk is refused with a clear error, and what was acknowledged survives it`() async throws {
            let folder = try TemporaryFolder()
            let server = try start(in: folder)
            defer { server.signal(SIGTERM) }
            try await server.waitUntilReady()
            var acknowledged = LedgerChecker.Acknowledged()
            let refusal = try await fill(server, &acknowledged)
            #expect(refusal.status == 503)
            #expect(refusal.body.contains("disk is full"), "\(refusal.body)")
            let known = try #require(acknowledged.effects.max())
            #expect(try await server.get("/v1/effects/\(known)").status == 200, "what is there can still be read")

            try await command("make-room", folder)
            try await eventually("there is room again", within: .seconds(20)) {
                try await post(server, &acknowledged).status == 202
            }
            try await command("copy-out", folder)
            let violations = try LedgerChecker(path: folder.store).violations(
                acknowledged: acknowledged, listeners: [:])
            #expect(violations.prefix(10) == [])
        }

        private func start(in folder: TemporaryFolder) throws -> ServerProcess {
            let disk = folder.url.appendingPathComponent("disk")
            try FileManager.default.createDirectory(at: disk, withIntermediateDirectories: true)
            let port = try ServerProcess.freePort()
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
            process.arguments =
                (geteuid() == 0 ? ["--mount"] : ["--user", "--map-root-user", "--mount"]) + [
                    "sh", "-c", Self.script, "sh", folder.url.path, ServerProcess.executable.path, "\(port)",
                ]
            return try ServerProcess(process, port: port, log: folder.url.appendingPathComponent("log").path)
        }

        /// Posts until one is refused; returns the refusal.
        private func fill(
            _ server: ServerProcess, _ acknowledged: inout LedgerChecker.Acknowledged
        ) async throws -> ServerProcess.Answer {
            for _ in 0..<2000 {
                let answer = try await post(server, &acknowledged)
                if answer.status != 202 { return answer }
            }
            throw EndToEndError("the disk never became full")
        }

        private func post(
            _ server: ServerProcess, _ acknowledged: inout LedgerChecker.Acknowledged
        ) async throws -> ServerProcess.Answer {
            let filling = String(repeating: "x", count: 4000)
            let answer = try await server.post(
                "/v1/effects", #"{"kind":"log","payload":{"message":"\#(filling)","level":"trace"}}"#)
            if answer.status == 202, let id = try answer.string("id").flatMap({ Int64($0) }) {
                acknowledged.effects.insert(id)
            }
            return answer
        }

        /// The script does what a file asks for, and removes the file when it is done.
        private func command(_ name: String, _ folder: TemporaryFolder) async throws {
            let file = folder.url.appendingPathComponent(name)
            try Data().write(to: file)
            try await eventually("\(name) is done", within: .seconds(40)) {
                !FileManager.default.fileExists(atPath: file.path)
            }
        }
    }
#endif
