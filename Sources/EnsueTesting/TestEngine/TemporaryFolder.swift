internal import Foundation
internal import Logging

/// A folder that is gone when nobody needs it any more.
final class TemporaryFolder: Sendable {
    private let url: URL
    private let logger: Logger

    init(logger: Logger) throws {
        self.logger = logger
        url = FileManager.default.temporaryDirectory.appending(path: "ensue-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    func path(_ name: String) -> String { url.appending(path: name).path(percentEncoded: false) }

    deinit {
        do { try FileManager.default.removeItem(at: url) } catch {
            logger.warning("a temporary folder stays", metadata: ["error": "\(error)"])
        }
    }
}
