internal import Ensue
public import Logging

/// How far a database's schema is behind this program.
public struct MigrationPlan: Sendable, Hashable {
    public let schema: String
    /// The number of the schema as it is; 0 if it is not there.
    public let present: Int
    /// The number that this program brings it to.
    public let latest: Int
    /// What that takes, to be run in one transaction. Empty if there is nothing to do.
    public let script: String

    /// Looks at the database that an address leads to and changes nothing. Needs no rights while there is no schema.
    ///
    /// Throws `StoreError` as ``PostgresStore`` does when it is opened.
    public static func of(_ address: String, logger: Logger = Logger(label: "ensue.postgres")) async throws
        -> MigrationPlan
    {
        let options = try ConnectionOptions(address: address)
        let names = Names(schema: options.schema ?? "ensue")
        do {
            let connection = try await PostgresConnection.open(options, logger: logger)
            do {
                let plan = try await connection.plan(names)
                await connection.close()
                return plan
            } catch {
                await connection.close()
                throw error
            }
        } catch {
            throw StoreError.mapping(error, operation: "migrate")
        }
    }
}

extension PostgresConnection {
    fileprivate func plan(_ names: Names) throws -> MigrationPlan {
        let present = try Migration.done(session, names)
        let script = Migration.script(from: present, names)
        return MigrationPlan(
            schema: names.schema, present: present, latest: Migration.latest,
            script: script.isEmpty ? "" : Migration.prelude(names) + "\n" + script)
    }
}
