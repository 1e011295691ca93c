internal import Hummingbird

extension RequestEffects {
    static let operation = Operation(
        id: "requestEffects", tag: .effects, summary: "Request effects",
        description: """
            Requests one effect, or an array of them in one transaction: all or none. Answers once they are durable. The \
            kind has to be one that a worker has registered within seven days, and its handler may check the payload \
            first.

            202 if anything was stored, 200 if everything was known by its key.
            """,
        parameters: [.idempotencyKey],
        body: .json(
            "One effect or an array.",
            .either(
                "One effect, or several.", [.effectRequest, .array("Several.", of: .effectRequest, count: 0...1000)]),
            examples: [
                .init("one", #"{"kind":"log","payload":{"message":"order 17 was placed"},"key":"greeting-17"}"#),
                .init(
                    "later, approved by a person",
                    #"{"kind":"log","payload":{"message":"hello"},"due":"2027-03-04T09:00:00Z","approval":"required"}"#),
                .init(
                    "several",
                    #"[{"kind":"log","payload":{"message":"one"}},{"kind":"log","payload":{"message":"two"},"priority":"low"}]"#
                ),
            ]),
        answers: [.accepted, .ok].map { status in
            .json(
                status, status == .ok ? "All were known already." : "Requested.",
                .either(
                    "One receipt, or one for each element.",
                    [.effectReceipt, .array("In the order of the elements.", of: .effectReceipt)]),
                examples: [.init("one", #"{"id":"17","state":"ready","duplicate":\#(status == .ok)}"#)],
                headers: [.location])
        } + [.unacceptable])
}

extension Answer {
    static let unacceptable = Answer.problem(
        .unprocessableContent, "invalid", "unknown-kind",
        because: "the body is not what it has to be, the handler does not accept the payload, or no worker handles the "
            + "kind; `near` names kinds that are spelt almost alike.")
}
