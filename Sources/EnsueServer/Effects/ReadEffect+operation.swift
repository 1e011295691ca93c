internal import Hummingbird

extension ReadEffect {
    static let operation = Operation(
        id: "readEffect", tag: .effects, summary: "Read an effect",
        description: "The effect as it is, or, with `wait`, as soon as it has ended.",
        parameters: [
            .effectID,
            .query(
                "wait", "Answer as soon as the effect has ended, and after so many seconds at the latest.",
                .number("Seconds.", in: 0...60)),
        ],
        answers: [.json(.ok, "The effect.", .effect, examples: [.effect]), .notFound("effect")])
}

extension Parameter {
    static let effectID = Parameter.path("id", "The effect's id.", .id("The effect.", example: "1"))
}

extension Content.Example {
    static let effect = Content.Example(
        "effect",
        """
        {"id":"17","account":"default","kind":"http.request","state":"completed","runs":2,\
        "payload":{"url":"https://example.com/orders/17"},"key":"order-17","priority":"normal",\
        "createdAt":"2026-03-04T09:15:02.118Z","output":{"status":200},"startedAt":"2026-03-04T09:15:07.310Z",\
        "completedAt":"2026-03-04T09:15:07.498Z","attempts":[{"run":1,"result":"failed","error":"503 from example.com",\
        "startedAt":"2026-03-04T09:15:02.120Z","endedAt":"2026-03-04T09:15:02.250Z"}],"origin":{"event":"16",\
        "rule":"order-placed"},"hasHandler":true}
        """)
}
