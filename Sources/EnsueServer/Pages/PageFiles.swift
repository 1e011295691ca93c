internal import Foundation
internal import Hummingbird
internal import Logging
internal import NIOPosix

/// The files of a folder that are for everyone: none whose name begins with a dot, and none that a link leads out to.
struct PageFiles: FileProvider {
    private let files: LocalFileSystem
    private let folder: String

    init(folder: String, logger: Logger) {
        files = LocalFileSystem(rootFolder: folder, threadPool: .singleton, logger: logger)
        self.folder = Self.resolved(folder)
    }

    func getFileIdentifier(_ path: String) -> String? {
        let names = path.split(separator: "/")
        guard !path.utf8.contains(0), !names.contains(where: { $0.hasPrefix(".") }) else { return nil }
        return files.getFileIdentifier(path)
    }

    func getAttributes(id: String) async throws -> LocalFileSystem.FileAttributes? {
        let target = Self.resolved(id)
        guard target == folder || target.hasPrefix("\(folder)/") else { return nil }
        return try await files.getAttributes(id: id)
    }

    func loadFile(id: String, context: some RequestContext) async throws -> ResponseBody {
        try await files.loadFile(id: id, context: context)
    }

    func loadFile(id: String, range: ClosedRange<Int>, context: some RequestContext) async throws -> ResponseBody {
        try await files.loadFile(id: id, range: range, context: context)
    }

    private static func resolved(_ path: String) -> String {
        URL(fileURLWithPath: path).resolvingSymlinksInPath().standardizedFileURL.path
    }
}
