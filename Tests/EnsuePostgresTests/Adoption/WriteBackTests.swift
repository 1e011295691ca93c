import Ensue
import EnsueTesting
import Logging
import ServiceLifecycle
import Testing

@testable import EnsuePostgres

/// What the rows of an adopted table are told when their effects end.
@Suite(.timeLimit(.minutes(5)))
struct WriteBackTests {
    /// Runs `body` with an adopted table that has one row, whose effect is ready.
    private func withRow(_ extra: String = "", error: String? = nil, _ body: (AdoptionBench) async throws -> Void)
        async throws
    {
        try await AdoptionBench.run { bench in
            try await bench.makeEffects(extra)
            try await bench.adopt { $0.error = error }
            try await bench.sql("INSERT INTO {app}.fx (kind) VALUES ('test.work')")
            try await body(bench)
        }
    }

    @Test func `the completion and its time are written back once, and cause nothing`() async throws {
        try await withRow { bench in
            try await bench.handleAll()
            #expect(try await bench.completions() == [#"1|t|{"ok":1.50}"#])
            #expect(
                try await bench.sql(
                    "SELECT completed = completed_at::timestamp FROM {app}.fx, {ensue}.ledger") == "t")
            try await bench.sql("UPDATE {app}.fx SET completion_payload = 'null'")
            try await bench.follow()
            #expect(try await bench.completions() == ["1|t|null"])
            #expect(try await bench.count("{ensue}.effects") == 1)
            #expect(try await bench.count("{ensue}.events") == 0, "no rule listens")
            #expect(try await bench.count("{ensue}.adopted") == 0)
        }
    }

    @Test func `a row that somebody else completed is left alone, and counted`() async throws {
        try await withRow { bench in
            try await bench.sql("UPDATE {app}.fx SET completed = now(), completion_payload = '{\"by\":\"hand\"}'")
            try await bench.handleAll()
            #expect(try await bench.completions() == [#"1|t|{"by":"hand"}"#])
            #expect(try await bench.store.adoptions().map(\.leftAlone) == [1])
        }
    }

    @Test func `a row that was deleted is no error`() async throws {
        try await withRow { bench in
            try await bench.sql("DELETE FROM {app}.fx")
            try await bench.handleAll()
            #expect(try await bench.count("{ensue}.adopted") == 0)
            #expect(try await bench.count("{ensue}.rejections") == 0)
        }
    }

    @Test func `a failed effect leaves its row open until a retry completes it`() async throws {
        try await withRow { bench in
            let claimed = try await bench.claim()
            try await bench.settle(claimed, to: .ended(.failed, error: "broken"))
            try await bench.follow()
            #expect(try await bench.completions() == ["1|f|"])
            _ = try await bench.store.command(.retry, on: claimed[0].id, random: 0.5)
            try await bench.handleAll()
            #expect(try await bench.completions() == [#"1|t|{"ok":1.50}"#])
        }
    }

    @Test func `an error goes to its column, and is taken back by a completion`() async throws {
        try await withRow(", error text", error: "error") { bench in
            let claimed = try await bench.claim()
            try await bench.settle(claimed, to: .ended(.failed, error: "broken"))
            try await bench.follow()
            #expect(try await bench.sql("SELECT completed, error FROM {app}.fx") == "|broken")
            _ = try await bench.store.command(.retry, on: claimed[0].id, random: 0.5)
            try await bench.handleAll()
            #expect(try await bench.sql("SELECT completed IS NOT NULL, error IS NULL FROM {app}.fx") == "t|t")
        }
    }

    @Test func `what a rule listens for is an event as well, and only that`() async throws {
        try await withRow { bench in
            let rule = Rule(
                name: "failures", pattern: .exact("ensue.effect.failed"), kind: "listener.failures", order: 1)
            try await bench.store.join(
                WorkerRegistration(
                    id: WorkerID(rawValue: 2), name: "listener", kinds: [rule.kind: .standard], rules: [rule],
                    lease: .seconds(600)))
            try await bench.handleAll()
            #expect(try await bench.count("{ensue}.events") == 0)
            try await bench.sql("INSERT INTO {app}.fx (kind) VALUES ('test.work')")
            try await bench.settle(try await bench.claim(), to: .ended(.failed, error: "broken"))
            try await bench.follow()
            #expect(try await bench.sql("SELECT type FROM {ensue}.events") == "ensue.effect.failed")
        }
    }

    @Test func `a row that is locked is written later and holds up no other`() async throws {
        try await withRow { bench in
            try await bench.sql("INSERT INTO {app}.fx (kind) VALUES ('test.work')")
            let holder = try await PostgresConnection.shared()
            try await holder.script("BEGIN; SELECT FROM \(bench.app).fx WHERE id = 1 FOR UPDATE")
            try await bench.handleAll()
            #expect(try await bench.completions() == ["1|f|", #"2|t|{"ok":1.50}"#])
            try await holder.script("ROLLBACK")
            try await bench.follow()
            #expect(
                try await bench.completions().first == "1|f|", "not at once: a locked row is tried every five seconds")
            try await bench.schema.advance(by: .seconds(6))
            try await bench.follow()
            #expect(try await bench.completions() == [#"1|t|{"ok":1.50}"#, #"2|t|{"ok":1.50}"#])
            await holder.close()
        }
    }

    @Test func `a row that refuses is a rejection, holds up no other, and is made up for by adopting again`()
        async throws
    {
        try await withRow(", CHECK (id <> 1 OR completed IS NULL)") { bench in
            try await bench.sql("INSERT INTO {app}.fx (kind) VALUES ('test.work')")
            try await bench.handleAll()
            #expect(try await bench.completions() == ["1|f|", #"2|t|{"ok":1.50}"#])
            #expect(try await bench.sql("SELECT reason FROM {ensue}.rejections").contains("refused its completion"))
            try await bench.sql("ALTER TABLE {app}.fx DROP CONSTRAINT fx_check")
            try await bench.adopt()
            try await bench.follow()
            #expect(try await bench.completions() == [#"1|t|{"ok":1.50}"#, #"2|t|{"ok":1.50}"#])
        }
    }

    @Test func `a table that refuses everything holds up no other and is tried again`() async throws {
        try await withRow { bench in
            try await bench.sql("CREATE TABLE {app}.more (LIKE {app}.fx INCLUDING ALL)")
            try await bench.adopt { $0.table = "\(bench.app).more" }
            try await bench.sql(
                """
                INSERT INTO {app}.more (kind) VALUES ('test.work'); ALTER TABLE {app}.fx RENAME completed TO finished
                """)
            try await bench.handleAll()
            #expect(try await bench.count("{app}.more WHERE completed IS NOT NULL") == 1)
            try await bench.sql("ALTER TABLE {app}.fx RENAME finished TO completed")
            try await bench.schema.advance(by: .seconds(90))
            try await bench.follow()
            #expect(try await bench.completions() == [#"1|t|{"ok":1.50}"#])
        }
    }

    @Test func `what ended while the table was not adopted is written back when it is again`() async throws {
        try await withRow { bench in
            _ = try await bench.store.removeAdoption(of: "\(bench.app).fx")
            try await bench.handleAll()
            #expect(try await bench.completions() == ["1|f|"])
            try await bench.adopt()
            try await bench.follow()
            #expect(try await bench.completions() == [#"1|t|{"ok":1.50}"#])
            #expect(try await bench.count("{ensue}.effects") == 1)
        }
    }

    @Test func `a table that was renamed or dropped is no error`() async throws {
        try await withRow { bench in
            try await bench.sql("ALTER TABLE {app}.fx RENAME TO renamed")
            try await bench.handleAll()
            #expect(try await bench.count("{app}.renamed WHERE completed IS NOT NULL") == 1)
            try await bench.sql("INSERT INTO {app}.renamed (kind) VALUES ('test.work'); DROP TABLE {app}.renamed")
            try await bench.handleAll()
            #expect(try await bench.store.adoptions().map(\.isDropped) == [true])
            try await bench.makeEffects()
            try await bench.adopt()
            #expect(try await bench.store.adoptions().map(\.isDropped) == [false])
        }
    }

    @Test func `engines complete every row once while others insert and the backfill runs`() async throws {
        try await AdoptionBench.run { bench in
            try await bench.makeEffects()
            try await bench.sql(
                "INSERT INTO {app}.fx (kind, payload) SELECT 'test.work', '{}' FROM generate_series(1, 300)")
            var handlers = Handlers()
            handlers.handle(AdoptionBench.kind) { _, context in .completed(["run": .string("\(context.run)")]) }
            let other = try await PostgresStore(bench.schema.address)
            let engines = try [bench.store, other].map { try Engine(store: $0, handlers: handlers, logger: .still) }
            let service = ServiceGroup(services: engines, logger: .still)
            async let end: Void = service.run()
            async let adoption = bench.adopt()
            for _ in 1...20 {
                try await bench.sql("INSERT INTO {app}.fx (kind) SELECT 'test.work' FROM generate_series(1, 10)")
            }
            _ = try await adoption
            for await _ in bench.store.changes()
            where try await bench.count("{app}.fx WHERE completed IS NULL") == 0 { break }
            await service.triggerGracefulShutdown()
            try await end
            await other.close()
            #expect(try await bench.count("{app}.fx WHERE completion_payload->>'run' = '1'") == 500)
            #expect(try await bench.count("{ensue}.effects") == 500)
            #expect(try await bench.store.adoptions().map(\.leftAlone) == [0])
        }
    }
}

extension Logger {
    fileprivate static var still: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}
