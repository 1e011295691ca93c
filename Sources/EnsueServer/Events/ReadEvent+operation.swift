internal import Hummingbird

extension ReadEvent {
    static let operation = Operation(
        id: "readEvent", tag: .events, summary: "Read an event", description: "The event as it was recorded.",
        parameters: [.eventID], answers: [.json(.ok, "The event.", .event, examples: [.event]), .notFound("event")])
}

extension Parameter {
    static let eventID = Parameter.path("id", "The event's id.", .id("The event.", example: "1"))
}

extension Content.Example {
    static let event = Content.Example(
        "event",
        """
        {"id":"17","account":"default","type":"orders.Placed","source":"/shop/7","key":"order-17","tags":["eu"],\
        "data":{"order":17,"total":129.90},"time":"2026-03-04T09:15:02.118Z","recordedAt":"2026-03-04T09:15:02.118Z"}
        """)
}
