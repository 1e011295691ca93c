internal import Ensue
internal import HTTPTypes

/// A problem document, as it is told to a person.
struct APIProblem: Error {
    /// What `type` says behind `urn:ensue:problem:`.
    let name: String
    let detail: String
    let status: Int
    /// The state in which an effect is that does not allow what was asked for.
    let state: String?
    /// The bad elements of a batch.
    let errors: [(index: Int, detail: String)]

    init(_ document: JSONValue, _ status: HTTPResponse.Status) {
        self.status = status.code
        state = document["state"]?.string
        name = document["type"]?.string?.split(separator: ":").last.map(String.init) ?? "http"
        detail = document["detail"]?.string ?? document["title"]?.string ?? "the answer was \(status.code)"
        errors = (document["errors"]?.array ?? []).compactMap { error in
            guard let index = error["index"]?.int, let detail = error["detail"]?.string else { return nil }
            return (index, detail)
        }
    }

    /// The failure, in words that say what can be done about it; `path` is what was asked.
    func failure(of ledger: Ledger, at path: String) -> any Error {
        guard errors.isEmpty else { return self }
        let text =
            switch name {
            case "unauthorized" where ledger.hasAPIKey: "\(ledger.name) does not know this API key"
            case "unauthorized": "\(ledger.name) asks for an API key: --key KEY, or better $ENSUE_KEY"
            case "unknown-kind":
                "\(detail)\n`\(RootCommand.programName) kinds` lists the kinds that are known here; a worker makes its "
                    + "kinds known when it starts."
            case "wrong-state": refusal(at: path)
            default: detail
            }
        return CommandFailure(text, status: status >= 500 ? .unreachable : .failed)
    }

    /// What cannot be done with an effect, and what can.
    private func refusal(at path: String) -> String {
        let parts = path.split(separator: "/").map(String.init)
        guard let state, let action = parts.last, let id = parts.dropLast().last, Int(id) != nil else { return detail }
        let advice =
            switch (action, state) {
            case ("retry", "completed"): "; `\(RootCommand.programName) effects replay \(id)` repeats it as a new one"
            case ("complete", _): "; only one that is uncertain or deferred can be completed so"
            default: ""
            }
        return detail + advice
    }
}
