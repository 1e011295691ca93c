internal import ArgumentParser
internal import Ensue
internal import EnsueServer

/// `ensue key`: a new API key.
struct MakeKey: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Make an API key.",
        discussion: """
            Nothing is stored: give it to the server as $ENSUE_API_KEY, and to whoever is to be let in, as $ENSUE_KEY. \
            `serve --api-key acme=KEY` binds it to the account acme.
            """)

    func run() throws {
        var random = SystemRandomNumberGenerator()
        let bytes = (0..<28).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        try Terminal.output.write(try APIKey.text(random: bytes))
    }
}
