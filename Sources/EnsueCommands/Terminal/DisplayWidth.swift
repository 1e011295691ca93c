extension Character {
    /// How many columns a terminal gives it: 2 for what East Asian typography calls wide and for pictures, 0 for what
    /// joins the one before it. After Unicode's EastAsianWidth.txt, in blocks.
    var displayWidth: Int {
        guard let first = unicodeScalars.first else { return 0 }
        let properties = first.properties
        if properties.isEmojiPresentation || unicodeScalars.contains("\u{FE0F}") { return 2 }
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: return 0
        default: break
        }
        return switch first.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
            0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
            0x1B000...0x1B2FF, 0x1F200...0x1F2FF, 0x20000...0x3FFFD:
            2
        default: 1
        }
    }
}

extension StringProtocol {
    /// The columns that it takes on a terminal.
    var displayWidth: Int { reduce(0) { $0 + $1.displayWidth } }
}

extension String {
    /// The text, filled up with blanks.
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: Swift.max(0, width - displayWidth))
    }

    /// The text, or its beginning and `…`, so that it takes at most `width` columns.
    func elided(to width: Int) -> String {
        guard displayWidth > width else { return self }
        var used = 1
        let kept = prefix { character in
            used += character.displayWidth
            return used <= width
        }
        return width > 0 ? kept + "…" : ""
    }

    /// The text on one line, without anything that a terminal would take for a command: what others have written must
    /// not be able to paint over what is shown.
    var harmless: String {
        guard unicodeScalars.contains(where: \.isHarmful) else { return self }
        var scalars = String.UnicodeScalarView()
        for scalar in unicodeScalars { scalars.append(scalar.isHarmful ? (scalar == "\n" ? "⏎" : "\u{FFFD}") : scalar) }
        return String(scalars)
    }
}

extension Unicode.Scalar {
    /// Control characters, and those that turn the direction of what follows.
    fileprivate var isHarmful: Bool {
        properties.generalCategory == .control || (0x202A...0x202E).contains(value) || (0x2066...0x2069).contains(value)
    }
}
