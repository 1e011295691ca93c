internal import Ensue
internal import HTTPTypes

/// A problem document, as it is told to a person.
struct APIProblem: Error {
    /// What `type` says behind `urn:ensue:problem:`.
    let name: String
    let detail: String
    let status: Int
    /// The bad elements of a batch.
    let errors: [(index: Int, detail: String)]

    init(_ document: JSONValue, _ status: HTTPResponse.Status) {
        self.status = status.code
        name = document["type"]?.string?.split(separator: ":").last.map(String.init) ?? "http"
        detail = document["detail"]?.string ?? document["title"]?.string ?? "the answer was \(status.code)"
        errors = (document["errors"]?.array ?? []).compactMap { error in
            guard let index = error["index"]?.int, let detail = error["detail"]?.string else { return nil }
            return (index, detail)
        }
    }

    /// The failure with what can be done about it.
    func failure(of ledger: Ledger) -> any Error {
        guard errors.isEmpty else { return self }
        let advice =
            switch name {
            case "unauthorized" where ledger.hasAPIKey: "\n\(ledger.name) does not know this API key."
            case "unauthorized":
                "\n\(ledger.name) asks for an API key: --api-key KEY, or better $ENSUE_API_KEY."
            case "unknown-kind":
                "\n`\(RootCommand.programName) kinds` lists the kinds that are known here; a worker makes its kinds "
                    + "known when it starts."
            default: ""
            }
        return CommandFailure(detail + advice, status: status >= 500 ? .unreachable : .failed)
    }
}
