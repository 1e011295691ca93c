internal import Ensue

/// How an effect ended, as `request --wait` tells it.
struct EffectEnd {
    let effect: JSONValue
    let presentation: Presentation

    /// Throws if it is not completed.
    func show() throws {
        let status = EffectStatus(effect)
        let id = effect["id"]?.string ?? "?"
        if presentation.json { try Terminal.output.write(effect.text) }
        switch status.state {
        case "completed":
            guard !presentation.json else { return }
            let output = Terminal.output
            let length = TimeDisplay.length(from: effect["createdAt"], to: effect["completedAt"]).map { " after \($0)" }
            try output.write("Effect \(id) is \(output.styled("completed", .green))\(length ?? "").")
            if let result = effect["output"] { try output.write(result.text) }
        case "failed", "cancelled":
            let reason = effect["error"]?.string.map { ": \($0.harmless)" } ?? ""
            throw CommandFailure("effect \(id) \(status.state == "failed" ? "failed" : "was cancelled")\(reason)")
        default:
            throw CommandFailure(
                "effect \(id) has not ended in time; it is \(status.state)\(hint)", status: .unfinished)
        }
    }

    private var hint: String {
        guard effect["state"]?.string == "ready" else { return "" }
        return ". Is `\(RootCommand.programName) serve`, or another worker, running on this store?"
    }
}
