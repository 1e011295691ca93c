import Ensue
import Foundation

extension EffectKind {
    /// An instruction without a Swift type: its payload is any JSON that has what ``Review`` needs.
    static let askReview: EffectKind = "review.ask"
}

/// A question to somebody who may take a day to answer it.
struct Review: Sendable {
    let reviewer: String
    let question: String

    init(_ payload: JSONValue) throws(Invalid) {
        // Names every key that is missing, not only the first.
        try require(keys: "reviewer", "question", in: payload)
        reviewer = payload["reviewer"]?.string ?? ""
        question = payload["question"]?.string ?? ""
        // Payloads come from outside: without this, anybody could make this process call any address it can reach.
        let url = URL(string: reviewer)
        try require(
            url?.scheme == "http" && ["127.0.0.1", "localhost"].contains(url?.host ?? ""),
            "'reviewer' must be a URL on this machine, such as http://127.0.0.1:8000/reviews")
    }
}

extension Handlers {
    mutating func handleReviews() {
        handle(.askReview, accepting: { payload in _ = try Review(payload) }) { payload, context in
            let review: Review
            // A row that was inserted with SQL comes here without having been asked.
            do { review = try Review(payload) } catch { throw Rejection("the payload is not a review: \(error)") }

            // Whoever has the token may complete the effect, from any process, at POST /v1/completions/<token>.
            let question: JSONValue = [
                "effect": .string("\(context.effect)"), "question": .string(review.question),
                "token": .string(context.completion.token),
            ]
            let answer = try await post(
                JSONText(question), to: review.reviewer, idempotencyKey: context.idempotencyKey)
            guard answer.isSuccess else { throw NotAnswered(description: "the reviewer answered \(answer)") }
            // The run is over, the effect is not: it waits for its completion. If none comes, it runs again.
            return .deferred(within: .seconds(86_400))
        }
    }
}
