internal import Ensue

/// Everything that the API can be asked for, by what it asks of the sender.
struct Endpoints {
    /// Nothing.
    let open: [any Endpoint]
    /// A completion's token, or the secret of a hook.
    let otherwiseProtected: [any Endpoint]
    /// An API key, where there are any.
    let guarded: [any Endpoint]

    init(engine: Engine, options: ServerOptions) {
        let types = KnownTypes(engine: engine, accepted: options.eventTypes)
        let routes = HasuraRoutes(options.hasuraEndpoints)
        let intake = HasuraIntake(engine: engine, types: types, unknownKinds: options.unknownKinds)
        open = [Liveness(), Readiness(store: engine.store), ReadClient(), ReadClientDeclarations()]
        otherwiseProtected = [
            CompleteRun(engine: engine), HasuraHook(intake: intake, secret: options.hasuraSecret),
            HasuraNamedHook(intake: intake, routes: routes),
        ]
        guarded = [
            RecordEvents(engine: engine, types: types), LogEvent(engine: engine, types: types),
            ListEvents(engine: engine), ReadEvent(engine: engine), TraceEvent(engine: engine),
            RequestEffects(engine: engine, unknownKinds: options.unknownKinds), ListEffects(engine: engine),
            ReadEffect(engine: engine), TraceEffect(engine: engine), CancelEffect(engine: engine),
            RetryEffect(engine: engine), ReplayEffect(engine: engine), ApproveEffect(engine: engine),
            RefuseEffect(engine: engine), CompleteEffect(engine: engine), ListKinds(engine: engine),
            ListRejections(store: engine.store), ReadRejection(store: engine.store),
            ReplayRejection(intake: intake, routes: routes),
        ]
    }
}
