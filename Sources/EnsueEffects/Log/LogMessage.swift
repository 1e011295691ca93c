public import Ensue
public import Logging

/// Writes a line to the worker's log: the kind `log`.
///
/// The line also names effect, kind and run.
public struct LogMessage: Effect {
    public static let kind: EffectKind = "log"

    public var message: String
    public var level: Logger.Level
    public var metadata: [String: JSONValue]

    public init(_ message: String, level: Logger.Level = .info, metadata: [String: JSONValue] = [:]) {
        self.message = message
        self.level = level
        self.metadata = metadata
    }

    public init(from decoder: any Decoder) throws { try self.init(payload: JSONValue(from: decoder)) }

    /// Refuses metadata under the names that identify the run.
    public func validate() throws {
        for name in ["effect", "kind", "run"] {
            try require(metadata[name] == nil, "the engine itself writes metadata '\(name)'; choose another name")
        }
    }
}

extension LogMessage: BuiltInEffect {
    static let fields = ["message", "level", "metadata"]

    init(_ payload: PayloadFields) throws(Invalid) {
        message = try payload.requiredString("message")
        metadata = try payload.object("metadata") ?? [:]
        let name = try payload.string("level") ?? Logger.Level.info.rawValue
        guard let level = Logger.Level(rawValue: name) else {
            let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw Invalid("'\(name)' is no log level; the levels are \(levels)")
        }
        self.level = level
    }
}

extension Handlers {
    mutating func handleLog() {
        handle(builtIn: LogMessage.self, policy: .standard) { line, context in
            context.logger.log(
                level: line.level, "\(line.message)", metadata: line.metadata.mapValues(Logger.MetadataValue.init))
            return nil
        }
    }
}

extension Logger.MetadataValue {
    /// The same structure, with everything that has no structure as text.
    fileprivate init(_ value: JSONValue) {
        self =
            switch value {
            case .string(let text): .string(text)
            case .array(let elements): .array(elements.map(Self.init))
            case .object(let members): .dictionary(members.mapValues(Self.init))
            case .null, .bool, .number: .string(value.text)
            }
    }
}
