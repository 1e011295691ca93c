/// An error's text for people: names the key that is missing or wrong where decoding failed.
package func explain(_ error: any Error) -> String {
    guard let error = error as? DecodingError else { return String(describing: error) }
    func path(_ context: DecodingError.Context, _ last: (any CodingKey)? = nil) -> String {
        let keys = context.codingPath + (last.map { [$0] } ?? [])
        return keys.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
    }
    return switch error {
    case .keyNotFound(let key, let context): "missing key: \(path(context, key))"
    case .valueNotFound(let type, let context): "\(path(context)) is null, it needs \(type)"
    case .typeMismatch(let type, let context): "\(path(context)) is not \(type)"
    case .dataCorrupted(let context):
        context.codingPath.isEmpty ? context.debugDescription : "\(path(context)): \(context.debugDescription)"
    @unknown default: String(describing: error)
    }
}
