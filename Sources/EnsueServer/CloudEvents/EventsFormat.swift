internal import HTTPTypes

/// In which of its forms a body of events is written.
enum EventsFormat: Sendable {
    /// Ensue's own.
    case plain
    /// The three modes of the HTTP protocol binding of CloudEvents 1.0.2, section 3.
    case structured, batch, binary

    /// As the headers say: a CloudEvents type decides, then `ce-` headers.
    init(_ headers: HTTPFields) throws(Problem) {
        let text = headers[.contentType] ?? ""
        let type = text.prefix { $0 != ";" }.lowercased().filter { $0 != " " && $0 != "\t" }
        switch type {
        case Self.batchType: self = .batch
        case Self.structuredType: self = .structured
        case _ where type.hasPrefix("application/cloudevents"): throw Self.unknown(type)
        default: self = headers.contains(where: \.isCloudEventAttribute) ? .binary : .plain
        }
        guard self == .batch || self == .structured, !MediaType.isJSON(text) else { return }
        throw Problem(
            .unsupportedMediaType, "unsupported-media-type", "The format of the events is not known",
            "the Content-Type is '\(text.prefix(100))'; JSON is sent in UTF-8")
    }

    static let structuredType = "application/cloudevents+json"
    static let batchType = "application/cloudevents-batch+json"

    private static func unknown(_ type: String) -> Problem {
        Problem(
            .unsupportedMediaType, "unsupported-media-type", "The format of the events is not known",
            "CloudEvents are not read from '\(type.prefix(100))'; send \(structuredType), \(batchType), or an event's "
                + "attributes in ce- headers")
    }
}

extension HTTPField {
    /// Whether it holds an attribute of a CloudEvent in binary mode.
    var isCloudEventAttribute: Bool { name.canonicalName.hasPrefix("ce-") }
}
