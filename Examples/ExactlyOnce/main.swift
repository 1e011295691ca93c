import Ensue
import EnsuePostgres
import Foundation
import Logging
import ServiceLifecycle

guard CommandLine.arguments.count == 2 else {
    print("usage: ExactlyOnce postgres://user@host/database")
    exit(64)
}
let store = try await PostgresStore(CommandLine.arguments[1])
var handlers = Handlers()
handlers.handleAccounts(on: store)
handlers.handleTransfers(on: store)
let engine = try Engine(store: store, handlers: handlers)
let services = ServiceGroup(services: [engine], logger: Logger(label: "transfers"))

/// What is to be transferred, by the keys that keep it from being requested twice.
let transfers = [
    ("transfer-1", Transfer(from: "anna", to: "cleo", amount: 30)),
    ("transfer-2", Transfer(from: "bert", to: "cleo", amount: 20)),
    ("transfer-3", Transfer(from: "cleo", to: "anna", amount: 1000)),
    ("transfer-4", Transfer(from: "anna", to: "nobody", amount: 10)),
]

try await withThrowingTaskGroup { [engine, services] group in
    group.addTask { try await services.run() }
    let accounts = OpenAccounts(balances: ["anna": 100, "bert": 50, "cleo": 0])
    _ = try await engine.request(accounts, key: "accounts").output(within: .seconds(30))

    var requested: [RequestedEffect<Transfer.Output>] = []
    for (key, transfer) in transfers { requested.append(try await engine.request(transfer, key: key)) }
    for effect in requested { _ = try await effect.outcome(within: .seconds(30)) }

    let balances = try await engine.request(ReadBalances()).output(within: .seconds(30))
    for (name, balance) in balances.sorted(by: { $0.key < $1.key }) { print("\(name): \(balance)") }
    for effect in requested {
        guard let record = try await engine.effect(effect.id), let outcome = record.outcome else { continue }
        let result = outcome.output?.text ?? outcome.error ?? ""
        let remark = effect.isDuplicate ? " (requested before)" : ""
        print("\(record.key ?? "") \(record.kind) \(outcome.kind.rawValue) in run \(outcome.run): \(result)\(remark)")
    }
    await services.triggerGracefulShutdown()
}
await store.close()
