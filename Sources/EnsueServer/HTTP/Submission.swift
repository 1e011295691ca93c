internal import Ensue
internal import HTTPTypes

/// A body with one event or effect, or with many that are stored in one transaction.
struct Submission: Sendable {
    let account: Account
    let items: [JSONValue]
    let isBatch: Bool
    /// The key that the header gives to a single body.
    private let key: String?

    init(_ call: Call) async throws {
        account = try call.account()
        key = try call.idempotencyKey()
        let body = try await call.json()
        guard let array = body.array else {
            items = [body]
            isBatch = false
            return
        }
        guard key == nil else {
            throw Problem.malformed("the header Idempotency-Key is the key of a single body; give each element its own")
        }
        guard array.count <= call.options.batchLimit else {
            throw Problem.batchTooLarge(array.count, limit: call.options.batchLimit)
        }
        items = array
        isBatch = true
    }

    /// One item, whatever the body was.
    init(_ call: Call, _ item: JSONValue) throws {
        account = try call.account()
        key = try call.idempotencyKey()
        items = [item]
        isBatch = false
    }

    /// The key of an item whose own key is `own`.
    func key(_ own: String?) throws -> String? {
        guard let key, let own, key != own else { return key ?? own }
        throw Problem.malformed("the header Idempotency-Key says '\(key)', the body's key says '\(own)'")
    }

    /// All items as `check` reads them. What it throws refuses the whole submission; of a batch, every bad element is
    /// named.
    func checked<Item>(_ check: (JSONValue) async throws -> Item) async throws -> [Item] {
        var checked: [Item] = []
        var problems: [(index: Int, problem: Problem)] = []
        for (index, item) in items.enumerated() {
            do {
                checked.append(try await check(item))
            } catch {
                let problem = try Problem.refusing(error)
                guard isBatch, problem.status == .unprocessableContent else { throw problem }
                problems.append((index, problem))
            }
        }
        guard problems.isEmpty else { throw Problem.batch(problems, of: items.count) }
        return checked
    }

    /// 202 when anything was stored, 200 when all of it was known; one receipt or an array, as was sent.
    func reply(_ receipts: [(members: JSONMembers, isDuplicate: Bool)], location: String) -> Reply {
        let status: HTTPResponse.Status = receipts.allSatisfy(\.isDuplicate) ? .ok : .accepted
        guard !isBatch, let single = receipts.first else {
            return Reply(status, .array(receipts.map(\.members)))
        }
        var reply = Reply(status, single.members)
        reply.headers[.location] = location
        return reply
    }
}

extension Problem {
    /// One problem for all bad elements of an array, each with its index from 0.
    fileprivate static func batch(_ problems: [(index: Int, problem: Problem)], of count: Int) -> Problem {
        let names = Set(problems.map(\.problem.name))
        let indices = problems.prefix(20).map { String($0.index) }.joined(separator: ", ")
        let detail =
            "\(problems.count) of \(count) elements cannot be accepted, so nothing was stored; "
            + "\(problems.count == 1 ? "index" : "indices") \(indices)\(problems.count > 20 ? ", …" : "")"
        var batch = Problem(
            .unprocessableContent, names.count == 1 ? names.first ?? "invalid" : "invalid", "The request is not valid",
            detail)
        batch.cause = problems.lazy.compactMap(\.problem.cause).first
        batch.members.add(
            "errors",
            problems.map { index, problem in
                var error = JSONMembers()
                error.add("index", index)
                error.add("type", text: "urn:ensue:problem:\(problem.name)")
                error.add("detail", text: problem.detail)
                error.add(problem.members)
                return error
            })
        return batch
    }
}
