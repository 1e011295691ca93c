internal import Ensue

/// One line for everything that happens.
struct TailLines: Sendable {
    let terminal: Terminal
    private let isJSON: Bool
    private let isExact: Bool

    init(terminal: Terminal, presentation: Presentation) {
        self.terminal = terminal
        isJSON = presentation.json
        isExact = presentation.utc
    }

    func print(event: JSONValue) throws {
        guard !isJSON else { return try write("event", event) }
        try terminal.write(
            terminal.line(
                head("event", event, at: event["recordedAt"], name: event["type"])
                    + [StyledText("recorded".padded(to: 11), .bold), StyledText(event["data"]?.text ?? "", .faint)]))
    }

    func print(requested effect: JSONValue) throws {
        guard !isJSON else { return try write("effect", effect) }
        try terminal.write(
            terminal.line(
                head("effect", effect, at: effect["createdAt"], name: effect["kind"])
                    + [state(of: effect), StyledText(effect["payload"]?.text ?? "", .faint)]))
    }

    func print(ended effect: JSONValue) throws {
        guard !isJSON else { return try write("effect", effect) }
        let length = TimeDisplay.length(from: effect["startedAt"], to: effect["completedAt"]) ?? ""
        let result = effect["error"]?.string.map { StyledText($0, .red) }
        try terminal.write(
            terminal.line(
                head("effect", effect, at: effect["completedAt"], name: effect["kind"])
                    + [
                        state(of: effect), StyledText(length.isEmpty ? "" : "\(length)  "),
                        result ?? StyledText(effect["output"]?.text ?? "", .faint),
                    ]))
    }

    private func write(_ noun: String, _ item: JSONValue) throws {
        try terminal.write(JSONValue.object([noun: item]).text)
    }

    private func head(_ noun: String, _ item: JSONValue, at time: JSONValue?, name: JSONValue?) -> [StyledText] {
        [
            StyledText("\(self.time(time))  ", .faint),
            StyledText("\(noun) \(item["id"]?.string ?? "")".padded(to: 13)),
            StyledText((name?.string ?? "").padded(to: 24) + "  "),
        ]
    }

    private func state(of effect: JSONValue) -> StyledText {
        let status = EffectStatus(effect)
        return StyledText(status.state.padded(to: 9) + "  ", status.style)
    }

    private func time(_ json: JSONValue?) -> String {
        guard let text = json?.string else { return "" }
        return isExact ? text : Timestamp(iso8601: text)?.clockTime ?? text
    }
}
