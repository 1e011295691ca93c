// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let collections: Target.Dependency = .product(name: "Collections", package: "swift-collections")
let configuration: Target.Dependency = .product(name: "Configuration", package: "swift-configuration")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let grdbSQLite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdTesting: Target.Dependency = .product(name: "HummingbirdTesting", package: "hummingbird")
let inMemoryLogging: Target.Dependency = .product(name: "InMemoryLogging", package: "swift-log")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let serviceLifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")

let package = Package(
    name: "ensue",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Ensue", targets: ["Ensue"]),
        .library(name: "EnsueSQLite", targets: ["EnsueSQLite"]),
        .library(name: "EnsuePostgres", targets: ["EnsuePostgres"]),
        .library(name: "EnsueEffects", targets: ["EnsueEffects"]),
        .library(name: "EnsueServer", targets: ["EnsueServer"]),
        .library(name: "EnsueCommands", targets: ["EnsueCommands"]),
        .library(name: "EnsueTesting", targets: ["EnsueTesting"]),
        .executable(name: "ensue", targets: ["EnsueMain"]),
        .executable(name: "ensue-bench", targets: ["EnsueBench"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.1.0"),
        .package(url: "https://github.com/apple/swift-configuration.git", from: "1.4.0", traits: ["JSON", "YAML"]),
        .package(url: "https://github.com/apple/swift-crypto", "3.12.3"..<"5.0.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.86.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.8.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.16.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.26.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.8.0"),
    ],
    targets: [
        .target(name: "Ensue", dependencies: [collections, crypto, logging, serviceLifecycle], swiftSettings: strict),
        .target(
            name: "EnsueSQLite", dependencies: ["Ensue", collections, grdb, grdbSQLite], swiftSettings: strict),
        .systemLibrary(
            name: "CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),
        .target(
            name: "EnsuePostgres", dependencies: ["Ensue", "CLibpq", collections, logging], swiftSettings: strict),
        .target(
            name: "EnsueEffects",
            dependencies: ["Ensue", asyncHTTPClient, httpTypes, logging, nioCore, nioHTTP1],
            swiftSettings: strict),
        .target(
            name: "EnsueServer",
            dependencies: [
                "Ensue", crypto, httpTypes, hummingbird, logging, nioCore, nioHTTP1, nioPosix, serviceLifecycle,
            ],
            exclude: ["JavaScriptClient/client.js", "JavaScriptClient/client.d.ts"], swiftSettings: strict),
        .target(
            name: "EnsueCommands",
            dependencies: [
                "Ensue", "EnsueSQLite", "EnsuePostgres", "EnsueEffects", "EnsueServer", argumentParser, asyncHTTPClient,
                configuration, httpTypes, hummingbird, logging, nioCore, nioHTTP1, nioPosix, serviceLifecycle,
                unixSignals,
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "EnsueMain", dependencies: ["Ensue", "EnsueEffects", "EnsueCommands"], swiftSettings: strict),
        .target(name: "EnsueTesting", dependencies: ["Ensue", "EnsueSQLite", logging], swiftSettings: strict),
        .executableTarget(
            name: "EnsueBench",
            dependencies: [
                "Ensue", "EnsueSQLite", "EnsuePostgres", "EnsueServer", "PostgresServer", argumentParser, grdb,
                hummingbird,
                logging, serviceLifecycle, unixSignals,
            ],
            path: "Benchmarks/EnsueBench", swiftSettings: strict),
        // Run by EndToEndTests.
        .executableTarget(
            name: "ExactlyOnce", dependencies: ["Ensue", "EnsuePostgres", logging, serviceLifecycle],
            path: "Examples/ExactlyOnce", swiftSettings: strict),
        .executableTarget(
            name: "OwnTransaction", dependencies: ["CLibpq"], path: "Examples/OwnTransaction", swiftSettings: strict),
        .executableTarget(
            name: "OwnHandlers",
            dependencies: [
                "Ensue", "EnsueCommands", "EnsueEffects", asyncHTTPClient, grdb, httpTypes, hummingbird, nioCore,
                nioHTTP1,
            ],
            path: "Examples/OwnHandlers", swiftSettings: strict),
        .executableTarget(
            name: "WebApplication",
            dependencies: [
                "Ensue", "EnsueServer", "EnsueSQLite", grdb, httpTypes, hummingbird, logging, serviceLifecycle,
                unixSignals,
            ],
            path: "Examples/WebApplication", swiftSettings: strict),
        .testTarget(name: "EnsueTests", dependencies: ["Ensue", "EnsueTesting", logging], swiftSettings: strict),
        .testTarget(
            name: "EngineTests", dependencies: ["Ensue", "EnsueSQLite", "EnsueTesting", logging, serviceLifecycle],
            swiftSettings: strict),
        .testTarget(
            name: "EnsueSQLiteTests", dependencies: ["Ensue", "EnsueSQLite", "EnsueTesting", crypto, grdb],
            swiftSettings: strict),
        // A real server in a temporary folder, for tests and measurements.
        .target(name: "PostgresServer", path: "Tests/PostgresServer", swiftSettings: strict),
        .testTarget(
            name: "EnsuePostgresTests",
            dependencies: [
                "Ensue", "EnsuePostgres", "EnsueTesting", "PostgresServer", crypto, logging, serviceLifecycle,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "EnsueEffectsTests",
            dependencies: [
                "Ensue", "EnsueEffects", "EnsueSQLite", "EnsueTesting", httpTypes, hummingbird, inMemoryLogging,
                logging,
                nioCore,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "EnsueServerTests",
            dependencies: [
                "Ensue", "EnsueServer", "EnsueSQLite", "EnsueTesting", httpTypes, hummingbird, hummingbirdTesting,
                logging,
                nioCore,
            ],
            resources: [.copy("Fixtures")], swiftSettings: strict),
        .testTarget(
            name: "EnsueCommandsTests", dependencies: ["Ensue", "EnsueCommands"], swiftSettings: strict),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "Ensue", "EnsueMain", "EnsuePostgres", "EnsueSQLite", "EnsueTesting", "ExactlyOnce", "OwnHandlers",
                "OwnTransaction", "PostgresServer", "WebApplication", grdb, asyncHTTPClient, hummingbird, logging,
                nioCore, nioHTTP1, serviceLifecycle,
            ],
            exclude: ["JavaScript"], swiftSettings: strict),
    ]
)
