internal import Ensue

/// Everything that the API can be asked for.
struct Endpoints {
    private let all: [any Endpoint]

    init(engine: Engine, options: ServerOptions, departures: Departures) {
        let types = KnownTypes(engine: engine, accepted: options.eventTypes)
        let hooks = HasuraRoutes(options.hasuraEndpoints)
        let intake = HasuraIntake(engine: engine, types: types, unknownKinds: options.unknownKinds)
        let described: [any Endpoint] = [
            RecordEvents(engine: engine, types: types), LogEvent(engine: engine, types: types),
            ListEvents(engine: engine), ReadEvent(engine: engine), TraceEvent(engine: engine),
            RequestEffects(engine: engine, unknownKinds: options.unknownKinds), ListEffects(engine: engine),
            ReadEffect(engine: engine, departures: departures), TraceEffect(engine: engine),
            CancelEffect(engine: engine),
            RetryEffect(engine: engine), ReplayEffect(engine: engine, unknownKinds: options.unknownKinds),
            ApproveEffect(engine: engine),
            RefuseEffect(engine: engine), CompleteEffect(engine: engine), ListKinds(engine: engine),
            CompleteRun(engine: engine), HasuraHook(intake: intake, secret: options.hasuraSecret),
            HasuraNamedHook(intake: intake, routes: hooks), ListRejections(store: engine.store),
            ReadRejection(store: engine.store), ReplayRejection(intake: intake, routes: hooks), Liveness(),
            Readiness(lookout: Lookout(engine)), ReadClient(), ReadClientDeclarations(),
        ]
        all = described + [ReadOpenAPI(of: described)]
    }

    /// Those that ask for what their descriptions say they do.
    subscript(access: Operation.Access) -> [any Endpoint] { all.filter { type(of: $0).operation.access == access } }
}
