/// A row's identity. In JSON it is a string, since numbers beyond 2^53 do not survive many a reader.
public protocol RowID: RawRepresentable<Int64>, Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    init(rawValue: Int64)
}

extension RowID {
    /// Parses the decimal form that ``description`` gives; nil for anything else.
    public init?(_ text: some StringProtocol) {
        guard let value = Int64(text), String(value) == text else { return nil }
        self.init(rawValue: value)
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let id = Self(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is not an id")
        }
        self = id
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    public var description: String { String(rawValue) }

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// Identifies a recorded event within its store.
public struct EventID: RowID {
    public let rawValue: Int64
    public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// Identifies an effect within its store, over all of its runs.
public struct EffectID: RowID {
    public let rawValue: Int64
    public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// Identifies a lease. The worker chooses it before it claims, so that a claim whose fate is unknown can be recognised.
public struct LeaseID: RowID {
    public let rawValue: Int64
    public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// Identifies one running engine; drawn at random at its start, never reused.
public struct WorkerID: RowID {
    public let rawValue: Int64
    public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// Identifies a refused delivery.
public struct RejectionID: RowID {
    public let rawValue: Int64
    public init(rawValue: Int64) { self.rawValue = rawValue }
}
