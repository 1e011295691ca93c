internal import ArgumentParser
internal import Ensue

/// A command as the argument parser describes it: its options, and the commands below it.
struct CommandShape: Decodable, Sendable {
    struct Option: Decodable, Sendable {
        enum Kind: String, Decodable { case positional, option, flag }

        struct Name: Decodable, Sendable {
            enum Kind: String, Decodable { case long, short, longWithSingleDash }
            let kind: Kind
            let name: String

            var asTyped: String { kind == .long ? "--\(name)" : "-\(name)" }
        }

        let kind: Kind
        let names: [Name]?
        let isRepeating: Bool

        /// The name by which it is configured; nil for what has none.
        var name: String? { kind == .positional ? nil : names?.first { $0.kind == .long }?.name }

        func isGiven(in arguments: [String]) -> Bool {
            let spellings = names?.map(\.asTyped) ?? []
            return arguments.prefix { $0 != "--" }.contains { argument in
                spellings.contains { argument == $0 || argument.hasPrefix("\($0)=") }
            }
        }
    }

    let commandName: String
    private let aliases: [String]?
    private let subcommands: [CommandShape]?
    private let arguments: [Option]?

    var commands: [CommandShape] { subcommands ?? [] }

    /// What a person, and not a configuration, decides each time. An event's key is its identity: were it configured,
    /// all events would be one.
    private static let personal: Set<String> = ["help", "version", "config", "key"]

    /// The options that can also be given elsewhere than in the arguments.
    var configurable: [Option] {
        (arguments ?? []).filter { $0.name.map { !Self.personal.contains($0) } ?? false }
    }

    /// Whether an option is the API key that the command shows to a server; one of this name that `serve` has lets
    /// clients in.
    func isShownToServers(_ option: Option) -> Bool { option.name == "api-key" && self.option("server") != nil }

    /// What an option is called in the environment and in files. A server and a client share these: the keys that let
    /// clients in are `api-key` there, and the one that a client shows is `key`.
    func configuredName(of option: Option) -> String? { isShownToServers(option) ? "key" : option.name }

    func option(_ name: String) -> Option? { arguments?.first { $0.name == name } }

    /// The command that the arguments name, with how many words it took and what the words are.
    func chosen(by arguments: [String]) -> (shape: CommandShape, path: [String]) {
        guard let word = arguments.first,
            let next = commands.first(where: { $0.commandName == word || $0.aliases?.contains(word) == true })
        else { return (self, []) }
        let (shape, path) = next.chosen(by: Array(arguments.dropFirst()))
        return (shape, [next.commandName] + path)
    }
}

extension CommandShape {
    /// The parser would speak of an unexpected argument.
    func refuseUnknownCommand(_ word: String?, behind path: [String]) throws {
        guard let word, !word.hasPrefix("-"), word != "help", !commands.isEmpty else { return }
        let names = commands.map(\.commandName).filter { $0 != "help" }
        let program = ([RootCommand.programName] + path).joined(separator: " ")
        let advice =
            Word.nearest(to: word, among: names).map { "did you mean '\(program) \($0)'?" }
            ?? "there are \(names.joined(separator: ", "))"
        throw CommandFailure("'\(program)' has no command '\(word)'; \(advice)", status: .misunderstood)
    }
}

/// What the argument parser says of a program.
private struct Description: Decodable { let command: CommandShape }

extension CommandShape {
    /// Everything below a command.
    init(of command: (some ParsableCommand).Type) throws {
        do {
            _ = try command.parseAsRoot(["--experimental-dump-help"])
            preconditionFailure("the argument parser no longer describes its commands")
        } catch {
            self = try JSONText(parsing: command.fullMessage(for: error)).decode(Description.self).command
        }
    }
}
