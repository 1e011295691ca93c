internal import ArgumentParser
internal import Ensue
internal import EnsuePostgres

/// `ensue migrate`: brings a store's schema up to date.
struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring a store's schema up to date.",
        discussion: "Every command that opens a store does so too; this one is for roles that do nothing else.")

    @OptionGroup var location: StoreLocation

    @Flag(help: "Print the SQL that would run and change nothing.")
    var dryRun = false

    func run() async throws {
        guard try location.isPostgres() else { return try await migrateFile() }
        let plan: MigrationPlan
        do { plan = try await MigrationPlan.of(location.path) } catch let error as StoreError {
            throw CommandFailure("cannot use the store: \(error)")
        }
        if dryRun { return try show(plan) }
        guard !plan.script.isEmpty else {
            return try Terminal.output.write("The schema '\(plan.schema)' is up to date: number \(plan.present).")
        }
        let store = try await location.openPostgres()
        await store.close()
        try Terminal.output.write("The schema '\(plan.schema)' was number \(plan.present) and is \(plan.latest) now.")
    }

    /// What is no SQL is a comment of it, so that all can be piped to psql.
    private func show(_ plan: MigrationPlan) throws {
        guard !plan.script.isEmpty else {
            return try Terminal.output.write("-- The schema '\(plan.schema)' is up to date: number \(plan.present).")
        }
        try Terminal.output.write(
            "-- Brings the schema '\(plan.schema)' from number \(plan.present) to \(plan.latest).")
        try Terminal.output.write("BEGIN;\n\(plan.script)COMMIT;")
    }

    private func migrateFile() async throws {
        let rule = "SQLite files are brought up to date whenever they are opened"
        guard !dryRun else { return try Terminal.output.write("\(rule); there is nothing to show.") }
        let store = try await location.open()
        try Terminal.output.write("\(rule): \(store.identity.name) is.")
    }
}
