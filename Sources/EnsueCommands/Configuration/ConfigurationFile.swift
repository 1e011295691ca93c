internal import Configuration
internal import Ensue
internal import Foundation
internal import Synchronization

/// A YAML or JSON file with options: at its top level those of all commands, in sections those of one.
///
/// ```yaml
/// store: postgres://ensue@db/app
/// serve:
///   port: 8081
/// effects:
///   list: {limit: 200}
/// ```
struct ConfigurationFile {
    let path: String
    let source: OptionSource
    private let keys: [String]

    /// Throws ``CommandFailure`` if it cannot be read.
    init(path: String) async throws {
        self.path = path
        let listing = KeyListing()
        let provider: any ConfigProvider
        do {
            provider = try await Self.provider(path, listing)
        } catch {
            throw CommandFailure("cannot read the configuration file '\(path)': \(Self.reason(error, path))")
        }
        source = .file(provider, path: path)
        keys = listing.sorted
    }

    /// The providers tell their keys to nobody but those who say which of them are secret; here, all are.
    private static func provider(_ path: String, _ listing: KeyListing) async throws -> any ConfigProvider {
        let location = ConfigReader(
            provider: InMemoryProvider(values: ["filePath": ConfigValue(.string(path), isSecret: false)]))
        switch path.split(separator: ".").last?.lowercased() {
        case "json":
            _ = try JSONText(parsing: try Data(contentsOf: URL(fileURLWithPath: path)))
            let options = JSONSnapshot.ParsingOptions(secretsSpecifier: .dynamic { key, _ in listing.add(key) })
            return try await FileProvider<JSONSnapshot>(parsingOptions: options, config: location)
        case "yaml", "yml":
            let options = YAMLSnapshot.ParsingOptions(secretsSpecifier: .dynamic { key, _ in listing.add(key) })
            return try await FileProvider<YAMLSnapshot>(parsingOptions: options, config: location)
        default: throw CommandFailure("its name must end in .yaml, .yml or .json")
        }
    }

    private static func reason(_ error: any Error, _ path: String) -> String {
        JSONInput.obstacle(at: path) ?? "\(error)"
    }

    /// Refuses keys that no command knows: a misspelt one must not mean the default.
    func check(against root: CommandShape) throws {
        let known = root.configurationKeys(below: [])
        guard let unknown = keys.first(where: { !known.contains($0) }) else { return }
        let advice =
            Word.nearest(to: unknown, among: Array(known)).map { "did you mean '\($0)'?" }
            ?? "a key is an option's name without dashes, alone or below its command's, as in 'port' and 'serve.port'"
        throw CommandFailure("unknown key '\(unknown)' in \(path); \(advice)", status: .misunderstood)
    }
}

/// The keys of a file, as they are met.
private final class KeyListing: Sendable {
    private let keys = Mutex<Set<String>>([])

    var sorted: [String] { keys.withLock { $0.sorted() } }

    func add(_ key: String) -> Bool {
        keys.withLock { _ = $0.insert(key) }
        return true
    }
}

extension CommandShape {
    /// `port` for every option of a command here or below, and `serve.port` for each below a section.
    func configurationKeys(below path: [String]) -> Set<String> {
        let own = Set(configuredNames.map { (path + [$0]).joined(separator: ".") })
        return commands.reduce(own) { $0.union($1.configurationKeys(below: path + [$1.commandName])) }
    }

    private var configuredNames: [String] {
        configurable.compactMap(configuredName) + commands.flatMap(\.configuredNames)
    }
}
