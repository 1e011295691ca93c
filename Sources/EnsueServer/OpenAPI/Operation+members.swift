internal import Ensue
internal import HTTPTypes
internal import Hummingbird

extension Operation {
    /// The operation object of the document. `keyScheme` is the security scheme of API keys.
    func members(_ keyScheme: String) -> JSONMembers {
        var members = JSONMembers()
        members.add("operationId", text: id)
        members.add("tags", JSONValue.array([.string(tag.rawValue)]))
        members.add("summary", text: summary)
        members.add("description", text: description)
        if !allParameters.isEmpty { members.add("parameters", allParameters.map(\.members)) }
        members.add("requestBody", body?.members)
        var responses = JSONMembers()
        for answer in allAnswers { responses.add("\(answer.status.code)", answer.members) }
        members.add("responses", responses)
        members.add("security", security(keyScheme))
        return members
    }

    /// A server without keys needs none: hence the empty alternative.
    private func security(_ keyScheme: String) -> JSONValue {
        access == .key ? [.object([keyScheme: []]), [:]] : []
    }

    /// The named schemas that it uses.
    var definitions: [String: Schema] {
        let schemas =
            allParameters.map(\.schema) + (body?.forms.map(\.schema) ?? [])
            + allAnswers.flatMap { ($0.form.map { [$0.schema] } ?? []) + $0.headers.map(\.schema) }
        return schemas.reduce(into: [:]) { all, schema in all.merge(schema.definitions) { first, _ in first } }
    }
}

extension Parameter {
    fileprivate var members: JSONMembers {
        var members = JSONMembers()
        members.add("name", text: name)
        members.add("in", text: place.rawValue)
        members.add("description", text: description)
        if isRequired { members.add("required", .bool(true)) }
        members.add("schema", schema.json)
        return members
    }
}

extension Content {
    fileprivate var members: JSONMembers {
        var members = JSONMembers()
        members.add("description", text: description)
        members.add("required", .bool(isRequired))
        members.add("content", forms.content)
        return members
    }
}

extension Answer {
    fileprivate var members: JSONMembers {
        var members = JSONMembers()
        members.add("description", text: description)
        if !headers.isEmpty {
            var all = JSONMembers()
            for header in headers {
                var one = JSONMembers()
                one.add("description", text: header.description)
                one.add("schema", header.schema.json)
                all.add(header.name, one)
            }
            members.add("headers", all)
        }
        if let form { members.add("content", [form].content) }
        return members
    }
}

extension [Content.Form] {
    /// By media type.
    fileprivate var content: JSONMembers {
        var content = JSONMembers()
        for form in self {
            var media = JSONMembers()
            media.add("schema", form.schema.json)
            if !form.examples.isEmpty {
                var examples = JSONMembers()
                for example in form.examples {
                    var one = JSONMembers()
                    one.add("value", example.value)
                    examples.add(example.name, one)
                }
                media.add("examples", examples)
            }
            content.add(form.mediaType, media)
        }
        return content
    }
}
