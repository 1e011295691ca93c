/// What follows from what, as it is drawn below each other.
struct Tree: Sendable, Equatable {
    /// A node's lines; the first stands at its branch.
    let lines: [[StyledText]]
    let branches: [Tree]

    /// The lines of the whole tree.
    var drawn: [[StyledText]] { body(of: lines) + branches.indices.flatMap(branch) }

    /// Lines below the first leave room for the trunk.
    private func body(of lines: [[StyledText]]) -> [[StyledText]] {
        let trunk: StyledText = branches.isEmpty ? "   " : StyledText("│  ", .faint)
        return lines.prefix(1) + lines.dropFirst().map { [trunk] + $0 }
    }

    private func branch(_ index: Int) -> [[StyledText]] {
        let isLast = index == branches.count - 1
        return branches[index].drawn.enumerated().map { line, pieces in
            let joint =
                switch (line, isLast) {
                case (0, false): "├─ "
                case (0, true): "└─ "
                case (_, false): "│  "
                case (_, true): "   "
                }
            return [StyledText(joint, .faint)] + pieces
        }
    }
}
