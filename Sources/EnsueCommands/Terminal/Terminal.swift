internal import Foundation

/// One of the process's output streams. Colours are for people at a terminal who have not set `NO_COLOR`.
struct Terminal: Sendable {
    enum Style: String, Sendable {
        case plain = "0"
        case bold = "1"
        case faint = "2"
        case red = "31"
        case green = "32"
        case yellow = "33"
        case cyan = "36"
    }

    static let output = Terminal(.standardOutput)
    static let error = Terminal(.standardError)

    private let handle: FileHandle
    let isColoured: Bool

    private init(_ handle: FileHandle) {
        self.handle = handle
        let environment = ProcessInfo.processInfo.environment
        let isRefused = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        isColoured = isatty(handle.fileDescriptor) == 1 && !isRefused && environment["TERM"] != "dumb"
    }

    func styled(_ text: String, _ style: Style) -> String {
        isColoured && style != .plain ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// Writes a line at once and in one piece. A stream that nobody reads any more loses it.
    func print(_ line: String) {
        do { try handle.write(contentsOf: Data((line + "\n").utf8)) } catch { return }
    }
}

extension String {
    /// The text, filled up with blanks.
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: Swift.max(0, width - count))
    }
}
