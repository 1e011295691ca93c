internal import Ensue
internal import EnsueServer
internal import Foundation
internal import Logging
internal import NIOCore
internal import ServiceLifecycle
internal import UnixSignals

/// An engine and its server in one process, up and down together.
///
/// The engine begins once the server listens: a process that cannot have its port touches no effect. On SIGTERM and
/// SIGINT, or when one of them fails, the server stops accepting first; the engine, and then the companions, finish
/// after it.
struct Deployment {
    let engine: Engine
    let server: EnsueServer
    let logger: Logger
    /// The command to name when the port is in use: `serve`.
    let command: String
    /// Services that are there before the engine and after it.
    var companions: [any Service] = []
    /// Called with the port when the server listens, before the engine begins.
    var onListening: @Sendable (Int) async -> Void = { _ in }

    func run() async throws {
        OpenFiles.raiseLimit()
        let listening = Milestone<Void>()
        let (port, onListening) = (server.options.port, onListening)
        let application = server.application { channel in
            await onListening(channel.localAddress?.port ?? port)
            listening.reach(())
        }
        let services = companions + [AfterMilestone(milestone: listening, service: engine), application]
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map { .init(service: $0, failureTerminationBehavior: .gracefullyShutdownGroup) },
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        do { try await group.run() } catch let error as IOError {
            throw CommandFailure(explanation(of: error))
        }
    }

    private func explanation(of error: IOError) -> String {
        let port = server.options.port
        let remedy = "\(RootCommand.programName) \(command) --port"
        return switch error.errnoCode {
        case EADDRINUSE:
            "port \(port) is in use; stop the other program or choose another: \(remedy) \(port < 65_535 ? port + 1 : 8080)"
        case EACCES: "port \(port) may not be opened by this user; choose one from 1024 up: \(remedy) 8080"
        default: "cannot listen on port \(port): \(error)"
        }
    }
}

/// A service that begins when a milestone is reached, and is over if it is told to stop before.
private struct AfterMilestone: Service {
    let milestone: Milestone<Void>
    let service: any Service

    func run() async throws {
        let milestone = milestone
        do { try await cancelWhenGracefulShutdown { try await milestone.value() } } catch is CancellationError {
            return
        }
        try await service.run()
    }
}
