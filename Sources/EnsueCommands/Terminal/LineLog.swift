internal import Ensue
internal import Logging

/// Writes one line an entry: time, level, message, and what belongs to it as `name=value`.
struct LineLog: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    private let terminal = Terminal.error
    private let clock = SystemClock()

    init(level: Logger.Level) { logLevel = level }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var all = metadata
        all.merge(metadataProvider?.get() ?? [:]) { $1 }
        all.merge(event.metadata ?? [:]) { $1 }
        if let error = event.error { all["error"] = "\(error)" }
        let pairs = all.sorted { $0.key < $1.key }.map { " \(Self.bare($0.key))=\(Self.bare("\($0.value)"))" }.joined()
        terminal.print(
            terminal.styled("\(clock.now())", .faint) + " "
                + terminal.styled(event.level.rawValue.padded(to: 8), Self.style(event.level))
                + " " + Self.line("\(event.message)") + terminal.styled(pairs, .faint))
    }

    /// A text that keeps to its line.
    private static func line(_ text: String) -> String {
        text.unicodeScalars.contains { $0.value < 0x20 } ? JSONValue.string(text).text : text
    }

    /// A text that can be told from its neighbours.
    private static func bare(_ text: String) -> String {
        let isBare = !text.isEmpty && text.unicodeScalars.allSatisfy { $0.value > 0x20 && $0 != "\"" && $0 != "=" }
        return isBare ? text : JSONValue.string(text).text
    }

    private static func style(_ level: Logger.Level) -> Terminal.Style {
        switch level {
        case .trace, .debug: .faint
        case .info: .plain
        case .notice: .cyan
        case .warning: .yellow
        case .error, .critical: .red
        }
    }
}

extension Logger {
    /// Logs to the standard error stream, in the one style of all commands.
    init(label: String, level: Logger.Level) {
        self.init(label: label) { _ in LineLog(level: level) }
    }
}
