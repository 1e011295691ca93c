import Ensue
import EnsueTesting
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

@testable import EnsueServer

/// What becomes of an event's data, source and key.
@Suite(.timeLimit(.minutes(1)))
struct CloudEventDataTests {
    private static func structured(_ more: String) -> String {
        #"{"specversion":"1.0","id":"1","source":"/a/b","type":"a.B"\#(more)}"#
    }

    private func recorded(_ body: ByteBuffer, _ headers: [String: String]) async throws -> Answer {
        let name = try #require(HTTPField.Name("ce-id"))
        var fields = HTTPFields()
        for (name, value) in headers { fields[try #require(HTTPField.Name(name))] = value }
        if !headers.keys.contains("Content-Type") || fields[name] != nil {
            for (name, value) in ["ce-specversion": "1.0", "ce-id": "1", "ce-source": "/a/b", "ce-type": "a.B"] {
                fields[try #require(HTTPField.Name(name))] = value
            }
        }
        let (head, sent) = (fields, body)
        var event: Answer?
        try await ServerBench.with { bench in
            event = try await bench.answer { client in
                let answer = try await client.executeRequest(
                    uri: "/v1/events", method: .post, headers: head, body: sent)
                #expect(answer.status == .accepted, "\(String(buffer: answer.body))")
                return try await client.get("/v1/events/1")
            }
        }
        return try #require(event)
    }

    private func structured(_ more: String) async throws -> Answer {
        try await recorded(
            ByteBuffer(string: Self.structured(more)), ["Content-Type": "application/cloudevents+json"])
    }

    private func binary(_ body: [UInt8], _ type: String?) async throws -> Answer {
        try await recorded(ByteBuffer(bytes: body), type.map { ["Content-Type": $0, "ce-id": "1"] } ?? [:])
    }

    @Test func `a string is not parsed again`() async throws {
        let event = try await structured(#","datacontenttype":"application/json","data":"{\"a\":1}""#)
        #expect(event["data"] == #"{"a":1}"#)
        #expect(event["tags"] == [])
    }

    @Test(arguments: ["", #","data":null"#, #","data_base64":null"#])
    func `an event without data has null`(more: String) async throws {
        let event = try await structured(more)
        #expect(event["data"] == .null)
        #expect(event["tags"] == [])
    }

    @Test func `bytes are an object that says so`() async throws {
        let untyped = try await structured(#","data_base64":"AP8=""#)
        #expect(untyped["data"] == ["base64": "AP8="])
        #expect(untyped["tags"] == ["ce:data_base64"])
        let typed = try await structured(#","data_base64":"AP8=","datacontenttype":"image/png","data":null"#)
        #expect(typed["data"] == ["base64": "AP8="])
        #expect(typed["tags"] == ["ce:data_base64", "ce:datacontenttype=image/png"])
        let binary = try await binary([0, 255], "image/png")
        #expect(binary["data"] == typed["data"])
        #expect(binary["tags"] == typed["tags"])
        let bare = try await self.binary([0, 255], nil)
        #expect(bare["data"] == untyped["data"])
        #expect(bare["tags"] == untyped["tags"])
    }

    @Test func `text is a string, JSON is JSON, in whatever way they come`() async throws {
        let text = try await binary(Array("Tänk på".utf8), "text/plain; charset=UTF-8")
        #expect(text["data"] == "Tänk på")
        #expect(text["tags"] == ["ce:datacontenttype=text/plain; charset=UTF-8"])
        let xml = try await structured(#","datacontenttype":"application/xml","data_base64":"PGEvPg==""#)
        #expect(xml["data"] == "<a/>")
        #expect(xml["tags"] == ["ce:datacontenttype=application/xml"])
        let json = try await structured(
            #","datacontenttype":"application/vnd.x+json","data_base64":"eyJhIjoxLjAwfQ==""#)
        #expect(json.text.contains(#""data":{"a":1.00}"#))
        let latin = try await binary([0xE5], "text/plain; charset=iso-8859-1")
        #expect(latin["data"] == ["base64": "5Q=="])
        let broken = try await binary([0xE5], "text/plain")
        #expect(broken["data"] == ["base64": "5Q=="])
    }

    @Test func `a binary event without a body has no data`() async throws {
        let event = try await binary([], "application/json")
        #expect(event["data"] == .null)
    }

    @Test func `JSON that is none is refused with line and column`() async throws {
        try await ServerBench.with { bench in
            let answer = try await bench.answer {
                try await $0.post(
                    "/v1/events", #"{"a":"#,
                    ["ce-specversion": "1.0", "ce-id": "1", "ce-source": "/a/b", "ce-type": "a.B"])
            }
            #expect(answer.status == 400)
            #expect(answer["line"] == 1)
        }
    }

    @Test(arguments: [
        ("/shop/7/eu", "/shop/7/eu"), ("https://github.com/cloudevents", "/cloudevents/https://github.com/cloudevents"),
        ("urn:uuid:6e8bc430", "/cloudevents/urn:uuid:6e8bc430"), ("//host/a", "/cloudevents///host/a"),
        ("sensors", "/cloudevents/sensors"), ("/shop", "/cloudevents//shop"),
    ])
    func `a source of our form is ours, any other is kept as it is`(source: String, kept: String) async throws {
        let draft = try draft(source: source)
        #expect(draft.source?.description == kept)
        #expect(draft.key == "ce:\(source) 1")
        #expect(draft.tags.isEmpty)
    }

    @Test func `no two events share a key`() throws {
        let identities = [
            ("/a/b", "c d"), ("/a/b%20c", "d"), ("/a/b", "c"), ("/a/b#c", "d"), ("/a/b", "#c d"), ("a", "b c"),
            (String(repeating: "s", count: 500), "1"), (String(repeating: "s", count: 501), "1"),
            (String(repeating: "s", count: 500), "11"), ("s", String(repeating: "1", count: 500)),
            ("sha256:" + String(repeating: "0", count: 64), "x"),
        ]
        let keys = try identities.map { try draft(source: $0.0, id: $0.1).key ?? "" }
        #expect(Set(keys).count == identities.count)
        #expect(keys.allSatisfy { $0.utf8.count <= 500 && $0.hasPrefix("ce:") })
    }

    @Test func `an id and a source that are too long are digested, and kept whole in pieces`() throws {
        let (id, source) = (String(repeating: "ö", count: 250), "urn:" + String(repeating: "x", count: 600))
        let draft = try draft(source: source, id: id)
        #expect(draft.key?.hasPrefix("ce:sha256:") == true)
        #expect(draft.key?.utf8.count == 74)
        #expect(draft.source?.description.hasPrefix("/cloudevents/sha256:") == true)
        #expect(try draft.checked() == draft)
        #expect(pieces("id", draft.tags) == id)
        #expect(pieces("source", draft.tags) == source)
        #expect(draft.tags.allSatisfy { $0.utf8.count <= 200 })
    }

    private func pieces(_ name: String, _ tags: [String]) -> String {
        let pieces = tags.filter { $0.hasPrefix("ce:\(name)*") }
        for (index, piece) in pieces.enumerated() { #expect(piece.hasPrefix("ce:\(name)*\(index)=")) }
        return pieces.map { $0.drop { $0 != "=" }.dropFirst() }.joined()
    }

    @Test func `attributes that are more than tags can hold are refused`() throws {
        let more = #","ext":"\#(String(repeating: "x", count: 20_000))""#
        #expect(throws: Invalid.self) { try draft(more) }
        let many = (0..<50).map { #","e\#($0)":"x""# }.joined()
        #expect(try draft(many).tags.count == 50)
        #expect(throws: Invalid.self) { try draft(many + #","e50":"x""#) }
    }

    private func draft(_ more: String = "", source: String = "/a/b", id: String = "1") throws -> EventDraft {
        let json = #"{"specversion":"1.0","id":"\#(id)","source":"\#(source)","type":"a.B"\#(more)}"#
        return try EventDraft(try CloudEvent(json: try JSONValue(parsing: json)), account: .default)
    }
}
