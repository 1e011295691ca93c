import Foundation

guard CommandLine.arguments.count == 2 else {
    print("usage: OwnTransaction postgres://user@host/database")
    exit(64)
}
let client = try Client(CommandLine.arguments[1])
try client.query(
    """
    CREATE TABLE IF NOT EXISTS orders (
        id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, customer text NOT NULL, total bigint NOT NULL)
    """)

try client.transaction { try client.placeOrder(of: "anna", total: 40) }

do {
    try client.transaction {
        try client.placeOrder(of: "bert", total: 90)
        throw NotPaid()
    }
} catch is NotPaid {
    print("the order of bert is rolled back")
}

for row in try client.query(
    """
    SELECT o.customer, l.kind, l.state, l.payload->>'to'
    FROM orders o JOIN ensue.ledger l ON l.key = 'order-' || o.id ORDER BY o.id
    """)
{
    print(row.joined(separator: " "))
}
