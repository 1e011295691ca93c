internal import HTTPTypes
internal import Hummingbird

/// `GET /client.js`: the client for browsers and Node, an ES module.
struct ReadClient: Endpoint {
    static let method = HTTPRequest.Method.get
    static let pattern: RouterPath = "/client.js"
    static let operation = Operation.file(
        .script, id: "readClient", summary: "Read the JavaScript client",
        description: "An ES module for browsers and Node that records events and requests effects.")

    func read(_ call: Call) -> String? { call.request.headers[.ifNoneMatch] }

    func execute(_ known: String?) -> Reply { ClientFile.script.reply(unlessMatching: known) }
}

/// `GET /client.d.ts`: its declarations for TypeScript.
struct ReadClientDeclarations: Endpoint {
    static let method = HTTPRequest.Method.get
    static let pattern: RouterPath = "/client.d.ts"
    static let operation = Operation.file(
        .declarations, id: "readClientDeclarations", summary: "Read the client's declarations for TypeScript",
        description: "They also explain the client.")

    func read(_ call: Call) -> String? { call.request.headers[.ifNoneMatch] }

    func execute(_ known: String?) -> Reply { ClientFile.declarations.reply(unlessMatching: known) }
}

extension Operation {
    fileprivate static func file(_ file: ClientFile, id: String, summary: String, description: String) -> Operation {
        let tag = Answer.Header(
            name: "ETag", description: "For `If-None-Match`.", schema: .string("An entity tag.", example: file.tag))
        let form = Content.Form(mediaType: file.type, schema: .string("The file."))
        return Operation(
            id: id, tag: .server, summary: summary, description: description, access: .open,
            parameters: [.header("If-None-Match", "The tag of what the sender has.", .string("Entity tags."))],
            takesAnyQuery: true,
            answers: [
                Answer(status: .ok, description: "The file.", form: form, headers: [tag]),
                Answer(status: .notModified, description: "The sender has it.", headers: [tag]),
            ])
    }
}
