internal import Ensue

/// What an effect's state means to who looks at it.
struct EffectStatus {
    let state: String

    init(_ effect: JSONValue) { state = effect["state"]?.string ?? "?" }

    var hasEnded: Bool { ["completed", "failed", "cancelled"].contains(state) }

    /// Whether it is kept from running by this alone: that no worker handles its kind.
    func lacksWorker(_ effect: JSONValue) -> Bool { state == "ready" && effect["hasHandler"]?.bool == false }

    var style: Terminal.Style {
        switch state {
        case "completed": .green
        case "failed": .red
        case "cancelled", "uncertain", "held": .yellow
        case "running", "deferred": .cyan
        default: .plain
        }
    }

    var styled: StyledText { StyledText(state, style) }
}
