internal import ArgumentParser

/// `ensue completions`: what a shell needs to complete this program's commands.
struct PrintCompletions: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completions", abstract: "Print the script by which a shell completes commands and options.",
        discussion: """
            bash: \(RootCommand.programName) completions bash > ~/.local/share/bash-completion/completions/\(RootCommand.programName)
            zsh:  \(RootCommand.programName) completions zsh > ~/.zsh/completions/_\(RootCommand.programName), in a folder of $fpath
            fish: \(RootCommand.programName) completions fish > ~/.config/fish/completions/\(RootCommand.programName).fish
            """)

    enum Shell: String, ExpressibleByArgument, CaseIterable { case bash, zsh, fish }

    @Argument(help: "bash, zsh or fish.")
    var shell: Shell

    func run() throws {
        let script: CompletionShell =
            switch shell {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        try Terminal.output.write(RootCommand.completionScript(for: script))
    }
}
