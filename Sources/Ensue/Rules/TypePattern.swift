/// Which event types a rule asks for. It always matches a whole type, and case counts.
///
/// The engine's own types (`ensue.…`) match only patterns that begin with `ensue.`: `*` alone means everything that
/// was recorded from outside.
public enum TypePattern: Sendable, Hashable {
    case exact(EventType)
    /// `*` and `?`, as in ``Glob``.
    case glob(String)
    /// A regular expression in Swift's syntax.
    case regex(String)

    public func matches(_ type: EventType) -> Bool {
        if type.isReserved, !beginsWithReservedPrefix { return false }
        return switch self {
        case .exact(let wanted): wanted == type
        case .glob(let pattern): Glob(pattern).matches(type.rawValue)
        case .regex(let pattern): Self.wholeMatch(pattern, type.rawValue)
        }
    }

    /// Throws ``Invalid`` if the pattern can match nothing or is not a regular expression.
    func validate() throws(Invalid) {
        switch self {
        case .exact: break
        case .glob(let pattern): try require(!pattern.isEmpty, "the glob is empty; '*' matches every type")
        case .regex(let pattern):
            do { _ = try Regex(pattern) } catch {
                throw Invalid("'\(pattern)' is not a regular expression: \(error)")
            }
        }
    }

    private var beginsWithReservedPrefix: Bool {
        switch self {
        case .exact(let type): type.isReserved
        case .glob(let pattern): pattern.hasPrefix("ensue.")
        case .regex(let pattern): pattern.hasPrefix("ensue.") || pattern.hasPrefix("ensue\\.")
        }
    }

    /// A pattern that does not compile matches nothing: it was refused when its rule was registered.
    private static func wholeMatch(_ pattern: String, _ text: String) -> Bool {
        do { return try Regex(pattern).wholeMatch(in: text) != nil } catch { return false }
    }
}

extension TypePattern: Codable {
    private struct Operators: Codable {
        var glob: String?
        var regex: String?
    }

    private enum CodingKeys: CodingKey { case type }

    /// `{"type": ["a.B"]}`, `{"type": [{"glob": "a*"}]}` or `{"type": [{"regex": "a.+"}]}`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .exact(let type): try container.encode([type], forKey: .type)
        case .glob(let pattern): try container.encode([Operators(glob: pattern)], forKey: .type)
        case .regex(let pattern): try container.encode([Operators(regex: pattern)], forKey: .type)
        }
    }

    public init(from decoder: any Decoder) throws {
        var list = try decoder.container(keyedBy: CodingKeys.self).nestedUnkeyedContainer(forKey: .type)
        let element = try list.decode(JSONValue.self)
        if let pattern = element["glob"]?.string {
            self = .glob(pattern)
        } else if let pattern = element["regex"]?.string {
            self = .regex(pattern)
        } else if let type = element.string {
            self = .exact(try EventType(type))
        } else {
            throw DecodingError.dataCorruptedError(
                in: list, debugDescription: "an element is a type, {\"glob\": …} or {\"regex\": …}")
        }
    }
}
