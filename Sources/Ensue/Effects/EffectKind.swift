/// The name of an instruction, such as `sms.send`. One kind has one handler.
///
/// Kinds that begin with `listener.` belong to listeners: the rest of the name is the listener's.
public struct EffectKind: Name {
    public static let noun = "effect kind"
    public let rawValue: String
    public init(wellFormed: String) { rawValue = wellFormed }

    /// The kind of the effects that a match of the listener called `name` requests.
    public static func listener(_ name: String) throws(MalformedName) -> EffectKind {
        try EffectKind("listener.\(name)")
    }

    public var isListener: Bool { rawValue.hasPrefix("listener.") }
}
