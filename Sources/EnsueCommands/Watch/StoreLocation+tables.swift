internal import Ensue
internal import EnsuePostgres

extension StoreLocation {
    /// Does something with tables of other programs, for which the store has to be in their database.
    func withTables<Value: Sendable>(
        _ body: @Sendable (PostgresStore) async throws -> Value
    ) async throws -> Value {
        guard try isPostgres() else {
            throw CommandFailure(
                "'\(path)' is an SQLite file; this needs a PostgreSQL store, in the database of the table, so that "
                    + "both change in one transaction: --store postgres://user@host/database")
        }
        let store = try await openPostgres()
        do {
            let value = try await body(store)
            await store.close()
            return value
        } catch let error as StoreError where error.reason == .busy {
            await store.close()
            throw CommandFailure("a transaction that uses the table does not end; try again later (\(error.detail))")
        } catch {
            await store.close()
            throw error
        }
    }
}
