/// The tenant to which an event or effect belongs. Nothing ever spans two accounts.
public struct Account: Name {
    public static let noun = "account"
    public let rawValue: String
    public init(wellFormed: String) { rawValue = wellFormed }

    /// The account that exists from the start.
    public static let `default`: Account = "default"
}
