internal import Hummingbird

extension Liveness {
    static let operation = Operation(
        id: "checkLiveness", tag: .server, summary: "See whether the process lives",
        description: "Asks nothing of the store.", access: .open, takesAnyQuery: true,
        answers: [.json(.ok, "It lives.", .status("alive"))])
}

extension Readiness {
    static let operation = Operation(
        id: "checkReadiness", tag: .server, summary: "See whether the store answers",
        description: "For load balancers: 503 while the store does not answer.", access: .open, takesAnyQuery: true,
        answers: [.json(.ok, "It answers.", .status("ready"))])
}

extension Schema {
    fileprivate static func status(_ word: String) -> Schema {
        .object("How the server is.", [.required("status", .constant(word))])
    }
}
