#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

/// How many files and connections the system lets this process have open.
package enum OpenFiles {
    /// What the process needs beside connections: the store, its own clients, what its handlers open.
    private static let reserve = 256
    private static let ample = 65_536

    /// Raises the process's own limit as far as the system lets it, up to 65,536. Returns what it is then. A system that
    /// refuses leaves it as it was.
    @discardableResult
    package static func raiseLimit() -> Int {
        guard var limit = current, limit.rlim_cur < ample else { return self.limit }
        limit.rlim_cur = min(limit.rlim_max, rlim_t(ample))
        setrlimit(resource, &limit)
        return self.limit
    }

    static var limit: Int { current.map { Int(clamping: $0.rlim_cur) } ?? 256 }

    /// At most `wanted`.
    static func connections(wanted: Int) -> Int { max(min(wanted, limit - reserve), 16) }

    private static var current: rlimit? {
        var limit = rlimit()
        return getrlimit(resource, &limit) == 0 ? limit : nil
    }

    #if canImport(Glibc)
        private static var resource: __rlimit_resource_t { __rlimit_resource_t(RLIMIT_NOFILE.rawValue) }
    #else
        private static var resource: Int32 { RLIMIT_NOFILE }
    #endif
}
