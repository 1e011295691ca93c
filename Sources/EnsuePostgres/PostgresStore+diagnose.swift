public import Ensue
package import Logging

extension PostgresStore: DiagnosableStore {
    public func diagnose(thoroughly: Bool) async throws -> [Finding] {
        var findings = await Diagnosis.check("connection") { try await self.connectionFindings() }
        findings += await check("permissions") { try $0.permissionFindings() }
        findings += await check("schema.version") { try $0.schemaFindings() }
        findings += await check("schema.objects") { try $0.objectFindings() }
        findings += await check("partitions.ahead") { try $0.rangeFindings() }
        findings += await check("server.settings") { try $0.settingFindings() }
        findings += await check("server.transactions") { try $0.transactionFindings() }
        findings += await check("server.slots") { try $0.slotFindings() }
        findings += await check("tables.dead") { try $0.tableFindings() }
        findings += await check("disk.size") { try $0.sizeFindings() }
        findings += await check("queues") { Diagnosis.queues(try $0.queueFacts()) }
        return findings.map { $0.naming(names.render) }
    }

    /// Opens a store to diagnose it: creates and updates no schema. Throws ``Obstacle`` if it cannot be opened.
    package static func examining(
        _ address: String, logger: Logger = Logger(label: "ensue.postgres")
    ) async throws -> PostgresStore {
        do {
            let schema = try ConnectionOptions(address: address).schema ?? "ensue"
            return try await PostgresStore(address, options: Options(schema: schema, migrates: false), logger: logger)
        } catch let error as StoreError where error.reason == .schemaMismatch {
            throw Obstacle(
                .failure(
                    "schema.version", error.detail,
                    remedy: "create it, or bring it up to date, by starting a worker of this version: "
                        + "ensue serve --store ADDRESS"))
        } catch {
            throw Obstacle(Diagnosis.unmeasured("connection", error))
        }
    }

    /// One check in a transaction of its own, so that one that is refused spoils no other.
    private func check(_ name: String, _ body: @escaping @Sendable (Write) throws -> [Finding]) async -> [Finding] {
        await Diagnosis.check(name) { try await self.runner.perform("diagnose") { try body($0) } }
    }

    private func connectionFindings() async throws -> [Finding] {
        let (trip, isPooled) = try await runner.perform("diagnose") { [clock] write in
            let trips = try (0..<5).map { _ in try write.roundTrip(clock) }
            return (trips.min { $0.span < $1.span } ?? trips[0], write.session.isPooled)
        }
        return [
            .ok("connection", "\(identity.name) answers"), PostgresDiagnosis.latency(trip.span),
            Diagnosis.clockSkew(trip.skew, precision: trip.span / 2 + .milliseconds(1)),
            PostgresDiagnosis.listener(isPooled: isPooled, listening: await listenerFact()),
        ]
    }

    /// Whether the way to notifications leads to the server itself; tried, since a pooler shows only then.
    private func listenerFact() async -> PostgresDiagnosis.Listening {
        guard let listening else { return .off }
        do {
            let connection = try await PostgresConnection.open(listening, logger: logger)
            let isPooled = connection.isPooled
            await connection.close()
            return isPooled ? .pooled : .works
        } catch {
            return .fails("\(error)")
        }
    }
}

/// A question to the server and its answer.
private struct RoundTrip {
    let span: Duration
    /// The server's clock less this machine's, in the middle of the trip.
    let skew: Duration
}

extension Write {
    /// The time of the answer, not that at which the transaction began.
    fileprivate func roundTrip(_ clock: any EngineClock) throws -> RoundTrip {
        let (start, departure) = (clock.uptime(), clock.now())
        let time = try rows("SELECT {clock}() + (clock_timestamp() - now())")[0].time(0)
        let span = clock.uptime() - start
        return RoundTrip(span: span, skew: time - departure - span / 2)
    }
}
