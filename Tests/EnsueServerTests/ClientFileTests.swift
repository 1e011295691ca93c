import Ensue
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import EnsueServer

/// What the server serves for pages: its client, and the files of a folder.
@Suite(.timeLimit(.minutes(1)))
struct ClientFileTests {
    private static let client = [("/client.js", "text/javascript"), ("/client.d.ts", "application/typescript")]

    @Test(arguments: client)
    func `the client is what is in the checkout, and may be cached for a while`(path: String, type: String) async throws
    {
        let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Sources/EnsueServer/JavaScriptClient\(path)")
        try await ServerBench.with { bench in
            try await bench.call { http in
                let answer = try await http.execute(uri: path, method: .get)
                #expect(answer.status == .ok)
                let text = try String(contentsOf: source, encoding: .utf8)
                #expect(String(buffer: answer.body) == text)
                #expect(answer.headers[.contentType] == "\(type); charset=utf-8")
                #expect(answer.headers[.cacheControl] == "public, max-age=300")
                #expect(answer.headers[.contentTypeOptions] == "nosniff")
            }
        }
    }

    @Test func `the client has less than 6 KB`() {
        #expect(ClientFile.script.text.utf8.count < 6 * 1024)
    }

    @Test func `who has the client is not sent it again`() async throws {
        try await ServerBench.with { bench in
            try await bench.call { http in
                func get(_ known: String) async throws -> TestResponse {
                    try await http.execute(uri: "/client.js", method: .get, headers: [.ifNoneMatch: known])
                }
                let tag = ClientFile.script.tag
                for known in [tag, "W/\(tag)", "\"other\", \(tag)", "\"other\",\(tag) ", "*"] {
                    let answer = try await get(known)
                    #expect(answer.status == .notModified, "\(known)")
                    #expect(answer.body.readableBytes == 0)
                    #expect(answer.headers[.eTag] == tag)
                }
                for known in ["", "\"other\"", String(tag.dropLast(2)) + "\""] {
                    let answer = try await get(known)
                    #expect(answer.status == .ok, "\(known)")
                }
            }
        }
    }

    @Test func `only a folder's files are served, and its index for the folder`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ensue-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: folder) } }
        try "<p>Hello".write(to: folder.appendingPathComponent("index.html"), atomically: true, encoding: .utf8)
        let outside = FileManager.default.temporaryDirectory.appendingPathComponent("ensue-\(UUID().uuidString).html")
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: outside) } }
        for file in [outside, folder.appendingPathComponent(".secret")] {
            try "secret".write(to: file, atomically: true, encoding: .utf8)
        }
        try FileManager.default.createSymbolicLink(
            at: folder.appendingPathComponent("out.html"), withDestinationURL: outside)
        try await ServerBench.with(options: ServerOptions(pages: folder.path)) { bench in
            try await bench.call { http in
                func get(_ uri: String) async throws -> TestResponse { try await http.execute(uri: uri, method: .get) }
                for path in ["/pages/", "/pages/index.html"] {
                    let page = try await get(path)
                    #expect(String(buffer: page.body) == "<p>Hello")
                    #expect(page.headers[.contentType]?.hasPrefix("text/html") == true)
                }
                let redirection = try await get("/pages")
                #expect(redirection.headers[.location] == "/pages/")
                for path in ["/pages/absent", "/pages/../\(folder.lastPathComponent)/index.html", "/pages/%2e%2e/x"] {
                    let refusal = try await get(path)
                    #expect([400, 404].contains(refusal.status.code), "\(path)")
                    #expect(refusal.headers[.contentType] == "application/problem+json")
                }
                let index = try await get("/pages/")
                #expect(index.headers[.cacheControl] == "no-cache")
                for path in ["/pages/.secret", "/pages/out.html", "/pages/%00", "/pages/index.html%00"] {
                    #expect(try await get(path).status == .notFound, "\(path)")
                }
                let post = try await http.execute(uri: "/pages/index.html", method: .post)
                #expect(post.status == .notFound)
            }
        }
    }

    @Test func `without a folder there are no pages`() async throws {
        try await ServerBench.with { bench in
            try await bench.call { http in
                let answer = try await http.execute(uri: "/pages/", method: .get)
                #expect(answer.status == .notFound)
            }
        }
    }
}
