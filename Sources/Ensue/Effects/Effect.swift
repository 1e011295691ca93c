/// An instruction that a program declares: exactly one handler handles it.
///
/// ```swift
/// struct SendSMS: Effect {
///     static let kind: EffectKind = "sms.send"
///     struct Output: Codable, Sendable { var messageID: String }
///     var to: String
///     var text: String
/// }
/// ```
public protocol Effect: Codable, Sendable {
    /// What the handler gives back on completion; ``NoOutput`` unless declared.
    associatedtype Output: Codable & Sendable = NoOutput
    static var kind: EffectKind { get }

    /// Runs before the effect is stored by a typed request, before an HTTP request is acknowledged, and before the
    /// handler runs. What it throws refuses the effect.
    func validate() throws
}

extension Effect {
    public func validate() throws {}
}

/// The output of an effect that has none; stored as null.
public struct NoOutput: Codable, Sendable, Hashable {
    public init() {}
}
