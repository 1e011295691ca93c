internal import Ensue

extension TraceReport {
    /// The tree as the API shows it.
    var members: JSONMembers {
        var tree = ""
        root.write(to: &tree)
        var members = JSONMembers()
        members.add("root", JSONText(trusted: tree))
        members.add("complete", .bool(!isCut))
        return members
    }
}

extension Trace {
    /// Appends to one text, since a tree that is copied at each of its levels would be copied often.
    fileprivate func write(to text: inout String) {
        switch subject {
        case .event(let event): text += #"{"event":\#(event.members.object.text)"#
        case .effect(let effect): text += #"{"effect":\#(effect.members.object.text)"#
        }
        text += #","consequences":["#
        for (index, consequence) in consequences.enumerated() {
            if index > 0 { text += "," }
            consequence.write(to: &text)
        }
        text += "]}"
    }
}

extension Schema {
    static let trace = Schema.object(
        "A tree of causes.",
        [
            .required("root", traceNode),
            .required(
                "complete",
                .bool("Whether everything is shown; a trace shows at most \(Trace.limit) events and effects.")),
        ]
    ).named("Trace")

    private static let traceNode = Schema.object(
        "An event or an effect, and what followed from it.",
        [
            .optional("event", event),
            .optional("effect", effect),
            .required("consequences", .array("Oldest first.", of: .reference(to: "TraceNode"))),
        ]
    ).named("TraceNode")
}
