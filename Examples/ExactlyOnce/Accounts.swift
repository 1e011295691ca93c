import Ensue
import EnsuePostgres

/// Creates the table and the accounts in it. This program has no other client for its database, so it has that done by
/// effects as well; one that has migrations would do it there.
struct OpenAccounts: Effect {
    static let kind: EffectKind = "accounts.open"

    var balances: [String: Int64]
}

/// Reads all balances.
struct ReadBalances: Effect {
    static let kind: EffectKind = "accounts.read"
    typealias Output = [String: Int64]
}

extension Handlers {
    mutating func handleAccounts(on store: PostgresStore) {
        handle(OpenAccounts.self, committingIn: store) { accounts, transaction, _ in
            try transaction.execute(
                "CREATE TABLE IF NOT EXISTS accounts (name text PRIMARY KEY, balance bigint NOT NULL)")
            try transaction.execute(
                "INSERT INTO accounts SELECT * FROM unnest($1::text[], $2::bigint[]) ON CONFLICT DO NOTHING",
                [.texts(Array(accounts.balances.keys)), .integers(Array(accounts.balances.values))])
            return NoOutput()
        }
        handle(ReadBalances.self, committingIn: store) { _, transaction, _ in
            let rows = try transaction.query("SELECT name, balance FROM accounts")
            return Dictionary(uniqueKeysWithValues: rows.map { ($0.text(0), $0.int(1)) })
        }
    }
}
