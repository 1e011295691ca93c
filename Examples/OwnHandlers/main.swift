import Ensue
import EnsueCommands
import EnsueEffects

// A program with handlers of its own, and the whole command line of `ensue` with them: `serve`, `effects`, `trace` …
let surroundings = Surroundings.fromEnvironment()

if CommandLine.arguments.dropFirst().first == "gateway" {
    // `OwnHandlers gateway` stands in for the company that sends the messages.
    try await StandInGateway(port: surroundings.gatewayPort).run()
} else {
    let contacts = Contacts(path: surroundings.contacts)
    let gateway = SMSGateway(address: surroundings.gateway)

    var handlers = Handlers()
    handlers.addBuiltInEffects()
    handlers.addPolls()
    handlers.handleContacts(in: contacts)
    handlers.handleSMS(through: gateway, to: contacts)
    handlers.handleReviews()
    await EnsueCommandLine.run(handlers: handlers)
}
