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
    /// The columns of a terminal; nil for what is none, where nothing is to be cut.
    let width: Int?

    private init(_ handle: FileHandle) {
        self.handle = handle
        let environment = ProcessInfo.processInfo.environment
        let isRefused = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        let isTerminal = isatty(handle.fileDescriptor) == 1
        isColoured = isTerminal && !isRefused && environment["TERM"] != "dumb"
        width =
            isTerminal ? Self.columns(of: handle.fileDescriptor) ?? environment["COLUMNS"].flatMap(Int.init) ?? 80 : nil
    }

    /// A stream as tests want it.
    init(width: Int?, isColoured: Bool) {
        handle = .nullDevice
        self.width = width
        self.isColoured = isColoured
    }

    private static func columns(of descriptor: Int32) -> Int? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    func styled(_ text: String, _ style: Style) -> String {
        isColoured && style != .plain && !text.isEmpty ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// Writes a line at once and in one piece. A stream that nobody reads any more loses it.
    func print(_ line: String) {
        do { try write(line) } catch { return }
    }

    /// Writes a line at once and in one piece. Throws ``NobodyReads`` when the other end is gone, and
    /// ``CommandFailure`` when the line cannot be written for another reason.
    func write(_ line: String) throws {
        var left = Array((line + "\n").utf8)[...]
        while !left.isEmpty {
            let written = left.withUnsafeBytes { Foundation.write(handle.fileDescriptor, $0.baseAddress, $0.count) }
            if written >= 0 { left = left.dropFirst(written) } else { try recover(from: errno) }
        }
    }

    /// Throws unless writing can be tried again.
    private func recover(from error: Int32) throws {
        switch error {
        case EINTR: return
        case EAGAIN:
            // Who shares the stream may have made it non-blocking.
            var room = pollfd(fd: handle.fileDescriptor, events: Int16(POLLOUT), revents: 0)
            _ = poll(&room, 1, -1)
        case EPIPE: throw NobodyReads()
        default: throw CommandFailure("cannot write the output: \(String(cString: strerror(error)))")
        }
    }
}

/// The reader of the output has had enough, as `head` has after ten lines.
struct NobodyReads: Error {}
