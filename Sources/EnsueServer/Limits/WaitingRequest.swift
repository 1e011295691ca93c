internal import HTTPTypes
internal import NIOHTTP1

/// Which requests wait for an outcome. They cost little but last long, so they are counted apart from all others; what
/// only looks like one is work.
enum WaitingRequest {
    static func isOne(_ method: String, _ target: String) -> Bool {
        guard method == "GET" || method == "HEAD" else { return false }
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, isEffect(parts[0]) else { return false }
        do { return try Query(String(parts[1])).wait() > .zero } catch {
            // What is wrong with the query its endpoint says, at once.
            return false
        }
    }

    /// `/v1/effects/{id}`, as the router reads paths.
    private static func isEffect(_ path: Substring) -> Bool {
        let names = path.split(separator: "/")
        return names.count == 3 && names[0] == "v1" && names[1] == "effects"
    }
}

extension Query {
    /// How long an answer may wait for an outcome.
    func wait() throws -> Duration {
        guard let text = try text("wait") else { return .zero }
        guard text.first != "+", text.allSatisfy({ "0123456789.eE+-".contains($0) }), let seconds = Double(text),
            (0.0...60).contains(seconds)
        else {
            throw Problem.malformed("'wait' is '\(text.prefix(60))'; it has to be a number of seconds from 0 to 60")
        }
        return .seconds(seconds)
    }
}
