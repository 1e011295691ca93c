internal import Configuration

/// Where options are given besides the arguments: the environment, or a file.
struct OptionSource: Sendable {
    private let provider: any ConfigProvider
    private let kind: Kind

    private enum Kind: Sendable {
        case environment
        case file(path: String)
    }

    /// A value with the place it comes from, as a person would look for it.
    struct Value: Sendable, Equatable {
        let texts: [String]
        let place: String
    }

    /// An empty variable says nothing. Several values of one option are parted by `;`: some hold commas.
    static func environment(_ variables: [String: String]) -> OptionSource {
        let filled = variables.filter { !$0.value.isEmpty }
        let provider = EnvironmentVariablesProvider(environmentVariables: filled, arraySeparator: ";")
        return OptionSource(provider: provider, kind: .environment)
    }

    static func file(_ provider: any ConfigProvider, path: String) -> OptionSource {
        OptionSource(provider: provider, kind: .file(path: path))
    }

    /// The value of an option of the command at `path`, by the option's `name` here. A flag's is `true` or `false`.
    func value(of option: CommandShape.Option, called name: String, at path: [String]) throws -> Value? {
        for key in keys(of: name, at: path) {
            let place = place(of: key)
            do {
                if let texts = try texts(of: option, key) { return Value(texts: texts, place: place) }
            } catch {
                let wish =
                    switch (option.kind, option.isRepeating) {
                    case (.flag, _): "true or false"
                    case (_, true): "a value or a list of values"
                    case (_, false): "one value"
                    }
                throw CommandFailure("\(place) must be \(wish)", status: .misunderstood)
            }
        }
        return nil
    }

    /// A file's section for a command comes before those of the commands above it, and these before the file's own
    /// level.
    private func keys(of name: String, at path: [String]) -> [[String]] {
        switch kind {
        case .environment: [["ensue", name]]
        case .file: (0...path.count).reversed().map { path.prefix($0) + [name] }
        }
    }

    private func place(of key: [String]) -> String {
        switch kind {
        case .environment: key.joined(separator: "_").uppercased().replacing("-", with: "_")
        case .file(let path): "'\(key.joined(separator: "."))' in \(path)"
        }
    }

    private func texts(of option: CommandShape.Option, _ key: [String]) throws -> [String]? {
        if option.kind == .flag {
            guard case .bool(let isSet)? = try content(key, .bool) else { return nil }
            return ["\(isSet)"]
        }
        if option.isRepeating, let list = try list(key) { return list }
        return try scalar(key).map { [$0] }
    }

    private func list(_ key: [String]) throws -> [String]? {
        do {
            if case .stringArray(let texts)? = try content(key, .stringArray) { return texts }
            return nil
        } catch let error {
            // A single value is a list of one; what is neither is told by the reading of a single value.
            guard try scalar(key) != nil else { throw error }
            return nil
        }
    }

    /// JSON tells numbers from strings; an option's value may be written as either.
    private func scalar(_ key: [String]) throws -> String? {
        do {
            if case .string(let text)? = try content(key, .string) { return text }
            return nil
        } catch {
            if case .int(let number)? = try content(key, .int), try isWhole(key) { return "\(number)" }
            if case .double(let number)? = try content(key, .double) { return "\(number)" }
            throw error
        }
    }

    private func isWhole(_ key: [String]) throws -> Bool {
        guard case .double(let number)? = try content(key, .double) else { return false }
        return number.rounded() == number
    }

    private func content(_ key: [String], _ type: ConfigType) throws -> ConfigContent? {
        try provider.value(forKey: AbsoluteConfigKey(key), type: type).value?.content
    }
}
