import Ensue
import EnsuePostgres

/// Moves money between two accounts of the program's own table.
struct Transfer: Effect {
    static let kind: EffectKind = "transfer.money"

    struct Output: Codable, Sendable {
        /// What is left where the money came from.
        var left: Int64
    }

    var from: String
    var to: String
    var amount: Int64

    func validate() throws { try require(amount > 0, "the amount must be above 0") }
}

/// The fact that follows from it, for whoever listens.
struct MoneyTransferred: Event {
    static let eventType: EventType = "accounts.MoneyTransferred"

    var from: String
    var to: String
    var amount: Int64
}

extension Handlers {
    /// Both balances, the event and the effect's outcome are written in one commit. If the process dies before it, none
    /// of them is there, and the transfer is run again; after it, the transfer has ended and is never run again.
    mutating func handleTransfers(on store: PostgresStore) {
        handle(Transfer.self, committingIn: store) { transfer, transaction, context in
            let debited = try transaction.query(
                "UPDATE accounts SET balance = balance - $2 WHERE name = $1 AND balance >= $2 RETURNING balance",
                [.text(transfer.from), .integer(transfer.amount)])
            guard let left = debited.first?.int(0) else {
                throw Rejection("\(transfer.from) has less than \(transfer.amount)")
            }
            let credited = try transaction.execute(
                "UPDATE accounts SET balance = balance + $2 WHERE name = $1",
                [.text(transfer.to), .integer(transfer.amount)])
            guard credited == 1 else { throw Rejection("there is no account '\(transfer.to)'") }
            try context.record(MoneyTransferred(from: transfer.from, to: transfer.to, amount: transfer.amount))
            return Transfer.Output(left: left)
        }
    }
}
