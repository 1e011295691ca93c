import Ensue
import EnsueSQLite
import GRDB
import HTTPTypes
import Hummingbird

/// Orders and products, and what follows from them.
struct Shop: Sendable {
    let database: DatabasePool
    let store: SQLiteStore

    init(database: DatabasePool) throws {
        self.database = database
        store = try SQLiteStore(sharing: database)
    }

    /// Stores an order, takes the product from the stock and requests the confirmation: all of it, or nothing.
    func place(_ order: NewOrder) async throws -> PlacedOrder {
        try await database.write { [store] db in
            try db.execute(
                sql: "INSERT INTO orders (customer, product) VALUES (?, ?)",
                arguments: [order.customer, order.product])
            let id = db.lastInsertedRowID

            // A row in this transaction, like the order. No mail can go out for an order that is not there, and none
            // is forgotten for one that is.
            let mail = SendMail(
                to: order.customer, subject: "Order \(id)", text: "Your \(order.product) is on its way.")
            let effect = try store.request(mail, key: "order-\(id)-confirmation", in: db).id

            try db.execute(
                sql: "UPDATE products SET stock = stock - 1 WHERE name = ? AND stock > 0", arguments: [order.product])
            // Throwing rolls back: the order and the mail have never been.
            guard db.changesCount == 1 else { throw HTTPError(.conflict, message: "no \(order.product) is left") }
            return PlacedOrder(order: id, confirmation: effect)
        }
    }

    /// The orders with what became of their confirmations: the ledger is a view in the same database.
    func orders() async throws -> [ListedOrder] {
        try await database.read { db in
            try ListedOrder.fetchAll(
                db,
                sql: """
                    SELECT o.id, o.customer, o.product, l.state AS confirmation
                    FROM orders o JOIN ensue_ledger l ON l.key = 'order-' || o.id || '-confirmation' ORDER BY o.id
                    """)
        }
    }

    func addRoutes<Context: RequestContext>(to router: Router<Context>) {
        router.post("/orders") { request, context in
            let order = try await request.decode(as: NewOrder.self, context: context)
            return EditedResponse(status: .created, response: try await place(order))
        }
        router.get("/orders") { _, _ in try await orders() }
    }
}

struct NewOrder: Decodable {
    var customer: String
    var product: String
}

struct PlacedOrder: ResponseEncodable {
    var order: Int64
    /// The effect that confirms it, to be looked up at `/v1/effects/…`.
    var confirmation: EffectID
}

struct ListedOrder: ResponseEncodable, FetchableRecord, Decodable {
    var id: Int64
    var customer: String
    var product: String
    /// A state of its effect: `ready`, `completed` …
    var confirmation: String
}
