internal import Ensue
internal import Hummingbird
internal import NIOCore

/// Makes effects and events of Hasura's deliveries, wherever they came in.
struct HasuraIntake: Sendable {
    /// What became of a delivery.
    struct Taken: Sendable {
        let reply: Reply
        /// For people: `effect 4`.
        let resolution: String
    }

    let engine: Engine
    let types: KnownTypes
    let unknownKinds: ServerOptions.UnknownKinds

    /// Throws why the delivery cannot be taken; nothing is stored then.
    func take(_ body: some Collection<UInt8>, _ mapping: HasuraEndpoint.Mapping, _ account: Account) async throws
        -> Taken
    {
        let delivery = try HasuraDelivery(try JSONValue(parsing: body))
        let isEffect =
            switch mapping {
            case .automatic: delivery.asksForEffect
            case .effect: true
            case .event: false
            }
        guard isEffect else { return try await record(delivery, account) }
        guard delivery.operation == .insert || delivery.operation == .manual else { return ignored(delivery) }
        return try await request(delivery, account)
    }

    private func record(_ delivery: HasuraDelivery, _ account: Account) async throws -> Taken {
        let arrival: Arrival<EventDraft, EventID>
        do { arrival = try await types.arrival(try delivery.draft(account: account)) } catch {
            throw try Problem.refusing(error)
        }
        let receipt = try await [arrival].recorded(in: engine.store)[0]
        var members = JSONMembers()
        members.add("type", text: arrival.item.type)
        members.add("event", text: receipt.id)
        members.add("duplicate", .bool(receipt.isDuplicate))
        return Taken(
            reply: Reply(receipt.isDuplicate ? .ok : .accepted, members), resolution: "event \(receipt.id)")
    }

    private func request(_ delivery: HasuraDelivery, _ account: Account) async throws -> Taken {
        let arrival: Arrival<EffectRequest, EffectID>
        do {
            arrival = try await engine.arrival(try delivery.request(account: account), unknownKinds: unknownKinds)
        } catch {
            throw named(try Problem.refusing(error), delivery)
        }
        let receipt = try await [arrival].requested(of: engine)[0]
        var members = JSONMembers()
        members.add("kind", text: arrival.item.kind)
        members.add("id", delivery.new["id"])
        members.add("effect", text: receipt.id)
        members.add("duplicate", .bool(receipt.isDuplicate))
        return Taken(
            reply: Reply(receipt.isDuplicate ? .ok : .accepted, members), resolution: "effect \(receipt.id)")
    }

    /// The problem with the row's kind and id, so that the delivery's log in Hasura says which row it was.
    private func named(_ problem: Problem, _ delivery: HasuraDelivery) -> Problem {
        var problem = problem
        if problem.name != "unknown-kind" { problem.members.add("kind", delivery.new["kind"]) }
        problem.members.add("id", delivery.new["id"])
        return problem
    }

    private func ignored(_ delivery: HasuraDelivery) -> Taken {
        var members = JSONMembers()
        members.add("ignored", text: delivery.operation.rawValue)
        members.add("table", text: delivery.tableName)
        members.add("reason", text: "only INSERT and MANUAL request effects")
        return Taken(reply: Reply(.ok, members), resolution: "ignored \(delivery.operation.rawValue)")
    }
}
