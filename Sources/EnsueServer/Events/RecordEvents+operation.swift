internal import Hummingbird

extension RecordEvents {
    static let operation = Operation(
        id: "recordEvents", tag: .events, summary: "Record events",
        description: """
            Records one event, or an array of them in one transaction: all or none. Answers once they are durable; what \
            listens for them runs later. A type that this server declares is validated first.

            202 if anything was stored, 200 if everything was known by its key.
            """,
        parameters: [.idempotencyKey],
        body: .json(
            "One event or an array.",
            .either("One event, or several.", [.eventDraft, .array("Several.", of: .eventDraft, count: 0...1000)]),
            examples: [
                .init(
                    "one",
                    #"{"type":"orders.Placed","data":{"order":17,"total":129.90},"source":"/shop/7","key":"order-17"}"#),
                .init(
                    "several",
                    #"[{"type":"orders.Paid","data":{"order":17}},{"type":"orders.Sent","data":{"order":16},"tags":["eu"]}]"#
                ),
            ]),
        answers: [.accepted, .ok].map { status in
            .json(
                status, status == .ok ? "All were known already." : "Recorded.",
                .either(
                    "One receipt, or one for each element.",
                    [.eventReceipt, .array("In the order of the elements.", of: .eventReceipt)]),
                examples: [.init("one", #"{"id":"17","duplicate":\#(status == .ok)}"#)], headers: [.location])
        } + [.invalid])
}
