internal import Ensue
internal import EnsueCommands
internal import EnsueEffects

var handlers = Handlers()
handlers.addBuiltInEffects()
await EnsueCommandLine.run(handlers: handlers)
