import Foundation

/// What this program finds around it, from its environment.
struct Surroundings {
    /// `CONTACTS`: the file of the contacts.
    var contacts: String
    /// `SMS_GATEWAY`: the address of whoever sends messages.
    var gateway: String
    /// `SMS_GATEWAY_PORT`: where `OwnHandlers gateway` listens.
    var gatewayPort: Int

    static func fromEnvironment() -> Surroundings {
        let environment = ProcessInfo.processInfo.environment
        let port = environment["SMS_GATEWAY_PORT"].flatMap(Int.init) ?? 9090
        return Surroundings(
            contacts: environment["CONTACTS"] ?? "contacts.db",
            gateway: environment["SMS_GATEWAY"] ?? "http://127.0.0.1:\(port)", gatewayPort: port)
    }
}
