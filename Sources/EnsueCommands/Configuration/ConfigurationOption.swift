internal import ArgumentParser

/// The file in which options can be given; read before the arguments are, see ``ConfiguredArguments``.
struct ConfigurationOption: ParsableArguments {
    @Option(
        name: .customLong("config"),
        help: """
            A YAML or JSON file with options, by their names without dashes, alone or in a section of their command. \
            Every option can also be given in the environment: --log-level as $ENSUE_LOG_LEVEL, several values parted \
            by ';'. Arguments come before the environment, the environment before the file. (default: $ENSUE_CONFIG)
            """, completion: .file(extensions: ["yaml", "yml", "json"]))
    var path: String?
}
