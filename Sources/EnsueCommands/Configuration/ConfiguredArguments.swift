internal import Ensue

/// A command's arguments, completed by what the environment and a file say about options that they leave out.
///
/// An argument comes before the environment, the environment before the file, the file before the default. Nothing is
/// read from a file that was not named: what a command does must not depend on the folder in which it is typed.
struct ConfiguredArguments: Sendable {
    /// What the parser is to read.
    let arguments: [String]
    /// Options that were added, by their spelling, with the places where they are given.
    let places: [(option: String, place: String)]

    /// Options that ask about the program rather than for something; these work however wrong a file is. The parser
    /// takes them for no other option's value, and so does not the word `help`, which has meaning as a command alone.
    private static let questions: Set<String> = ["--help", "-h", "-help", "--version"]

    /// Options of which one makes the other void: a ledger is in a store or behind a server.
    private static let alternatives: [String: String] = ["store": "server", "server": "store"]

    init(_ given: [String], of root: CommandShape, environment: [String: String]) async throws {
        let (command, path) = root.chosen(by: given)
        let words = Array(given.prefix(path.count))
        let rest = command.namingAPIKey(in: Array(given.dropFirst(path.count)))
        try command.refuseUnknownCommand(rest.first, behind: words)
        let isQuestion = given.prefix { $0 != "--" }.contains { Self.questions.contains($0) }
        guard !path.isEmpty, !isQuestion, command.commands.isEmpty else {
            arguments = words + rest
            places = []
            return
        }
        var sources = [OptionSource.environment(environment)]
        if let file = try await Self.file(command, rest, environment) {
            try file.check(against: root)
            sources.append(file.source)
        }
        let added = try Self.added(to: rest, command, path, sources)
        arguments = words + added.flatMap(\.arguments) + rest
        places = added.map { ($0.option, $0.place) }
    }

    private struct Addition {
        let option: String
        let arguments: [String]
        let place: String
    }

    private static func added(
        to given: [String], _ command: CommandShape, _ path: [String], _ sources: [OptionSource]
    ) throws -> [Addition] {
        var settled = Set(command.configurable.filter { $0.isGiven(in: given) }.compactMap(\.name))
        var added: [Addition] = []
        for source in sources {
            let void = Set(settled.compactMap { alternatives[$0] })
            for option in command.configurable {
                guard let name = option.name, !settled.contains(name), !void.contains(name),
                    let configured = command.configuredName(of: option),
                    let value = try source.value(of: option, called: configured, at: path)
                else { continue }
                settled.insert(name)
                let arguments =
                    option.kind == .flag
                    ? (value.texts == ["true"] ? ["--\(name)"] : []) : value.texts.map { "--\(name)=\($0)" }
                added.append(Addition(option: "--\(name)", arguments: arguments, place: value.place))
            }
        }
        return added
    }

    private static func file(
        _ command: CommandShape, _ given: [String], _ environment: [String: String]
    ) async throws -> ConfigurationFile? {
        let named = given.indices.first { given[$0] == "--config" }.flatMap {
            $0 + 1 < given.count ? given[$0 + 1] : nil
        }
        let joined = given.first { $0.hasPrefix("--config=") }.map { String($0.dropFirst("--config=".count)) }
        let path = named ?? joined ?? environment["ENSUE_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
        guard let path, command.option("config") != nil else { return nil }
        return try await ConfigurationFile(path: path)
    }

    /// Where the added options are given that a message about the arguments names.
    func origins(in message: String) -> [String] {
        let named = Set(message.matches(of: /--[a-z0-9]+(-[a-z0-9]+)*/).map { String($0.output.0) })
        return places.filter { named.contains($0.option) }.map { "\($0.option) is given by \($0.place)." }
    }
}

extension CommandShape {
    /// `--key` is the API key, unless the command takes the key of an event or effect: there, it is that one. What has
    /// the form of an API key is never taken for the key of anything else, which would be stored for all to see.
    func namingAPIKey(in arguments: [String]) -> [String] {
        guard option("api-key").map(isShownToServers) ?? false else { return arguments }
        let isTaken = option("key") != nil
        var renamed = arguments
        for index in arguments.indices.prefix(while: { arguments[$0] != "--" }) {
            let argument = arguments[index]
            let value = argument == "--key" ? arguments[(index + 1)...].first ?? "" : String(argument.dropFirst(6))
            guard argument == "--key" || argument.hasPrefix("--key="),
                !isTaken || value.firstMatch(of: /^([^=]*=)?ensue_sk_/) != nil
            else { continue }
            renamed[index] = "--api-" + argument.dropFirst(2)
        }
        return renamed
    }
}
