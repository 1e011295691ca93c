internal import Ensue

/// Shows what an engine does, one line a run.
struct LiveLines: Sendable {
    let terminal: Terminal
    private let clock = SystemClock()

    init(terminal: Terminal) { self.terminal = terminal }

    @Sendable func show(_ report: RunReport) {
        let (result, style, rest) = Self.words(report.transition)
        terminal.print(
            line(
                effect: report.effect.description, what: report.kind.rawValue, run: "run \(report.run)", result, style,
                Self.text(report.length), rest))
    }

    /// A completion from outside, which no run reports.
    func showCompletion(of effect: String, _ kind: EffectKind, by whom: String) {
        terminal.print(line(effect: effect, what: kind.rawValue, run: "", "completed", .green, "", "by \(whom)"))
    }

    private func line(
        effect: String, what: String, run: String, _ result: String, _ style: Terminal.Style, _ length: String,
        _ rest: String
    ) -> String {
        let columns = [
            terminal.styled(time, .faint), "effect \(effect)".padded(to: 10), what.padded(to: 26), run.padded(to: 6),
            terminal.styled(result.padded(to: 9), style), length.padded(to: 7), rest,
        ]
        return String(columns.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
    }

    private var time: String { clock.now().clockTime }

    private static func words(_ transition: Transition) -> (result: String, style: Terminal.Style, rest: String) {
        let error = transition.attempted?.error.map { "   \($0)" } ?? ""
        return switch transition.destination {
        case .ended(.completed, let output, _): ("completed", .green, output?.text ?? "")
        case .ended(.failed, _, let error): ("failed", .red, "no more tries   \(error ?? "")")
        case .ended(.cancelled, _, let error): ("cancelled", .yellow, error ?? "")
        case .scheduled(let span) where transition.attempted?.result == .snoozed:
            ("snoozed", .cyan, "again in \(text(span))")
        case .scheduled(let span): ("failed", .yellow, "next try in \(text(span))\(error)")
        case .ready: ("failed", .yellow, "next try at once\(error)")
        case .deferred(let span): ("deferred", .cyan, "to be completed within \(text(span))")
        case .uncertain: ("uncertain", .yellow, "a person decides\(error)")
        }
    }

    private static func text(_ span: Duration) -> String {
        let seconds = Double(span.components.seconds) + Double(span.components.attoseconds) / 1e18
        return switch seconds {
        case ..<0.9995: "\(Int((seconds * 1000).rounded())) ms"
        case ..<60: "\((seconds * 10).rounded() / 10) s"
        default: "\(Int((seconds / 60).rounded())) min"
        }
    }
}
