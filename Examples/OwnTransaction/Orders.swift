extension Client {
    /// Stores an order and requests its confirmation. Both are there once the caller commits, and neither before.
    func placeOrder(of customer: String, total: Int) throws {
        let order = try query(
            "INSERT INTO orders (customer, total) VALUES ($1, $2) RETURNING id", customer, "\(total)")[0][0]
        let payload = #"{"to": "\#(customer)@example.com", "order": \#(order)}"#
        let effect = try query("SELECT ensue.request('mail.send', $1, key => $2)", payload, "order-\(order)")[0][0]
        print("order \(order) of \(customer) requests effect \(effect)")
    }
}

/// Thrown where a customer has not paid.
struct NotPaid: Error {}
