/// A piece of a line, harmless to the terminal that shows it.
struct StyledText: Sendable, Equatable, ExpressibleByStringInterpolation {
    let text: String
    let style: Terminal.Style

    init(_ text: String, _ style: Terminal.Style = .plain) {
        self.text = text.harmless
        self.style = style
    }

    init(stringLiteral text: String) { self.init(text) }
}

extension Terminal {
    /// The pieces as one line, cut at the terminal's edge.
    func line(_ pieces: [StyledText]) -> String {
        guard let width else { return pieces.map { styled($0.text, $0.style) }.joined() }
        var left = width
        return pieces.map { piece in
            let text = piece.text.elided(to: left)
            left -= text.displayWidth
            return styled(text, piece.style)
        }.joined()
    }
}
