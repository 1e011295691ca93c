internal import Ensue

extension RecordedEvent {
    /// The event as the API shows it.
    var members: JSONMembers {
        var members = JSONMembers()
        members.add("id", text: id)
        members.add("account", text: account)
        members.add("type", text: type)
        members.add("source", text: source)
        members.add("key", text: key)
        members.add("tags", JSONValue.array(tags.map { .string($0) }))
        members.add("data", data)
        members.add("time", text: time)
        members.add("recordedAt", text: recordedAt)
        members.add("cause", text: cause)
        return members
    }
}
