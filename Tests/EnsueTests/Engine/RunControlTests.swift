import Testing

@testable import Ensue

@Suite(.timeLimit(.minutes(1)))
struct RunControlTests {
    @Test func `a run that finishes first was not stopped`() async {
        let control = RunControl()
        control.finish()
        control.stop(.cancelled)
        #expect(await control.verdict() == nil)
    }

    @Test(arguments: [RunControl.Stop.cancelled, .interrupted, .timedOut(.seconds(3))])
    func `a run that is stopped first did not finish by itself`(_ stop: RunControl.Stop) async {
        let control = RunControl()
        control.stop(stop)
        control.finish()
        control.stop(.interrupted)
        #expect(await control.verdict() == stop)
    }

    @Test func `whoever waits for the verdict gets it when it is there`() async {
        let control = RunControl()
        async let verdict = control.verdict()
        await Task.yield()
        control.stop(.cancelled)
        #expect(await verdict == .cancelled)
    }

    @Test func `cancelling the waiting task decides nothing`() async {
        let control = RunControl()
        let waiting = Task { await control.verdict() }
        waiting.cancel()
        await Task.yield()
        control.finish()
        #expect(await waiting.value == nil)
    }

    @Test func `of many who decide at once, one does`() async {
        for _ in 0..<200 {
            let control = RunControl()
            let verdict = await withTaskGroup(of: Void.self) { group in
                group.addTask { control.finish() }
                group.addTask { control.stop(.cancelled) }
                group.addTask { control.stop(.interrupted) }
                return await control.verdict()
            }
            #expect([nil, .cancelled, .interrupted].contains(verdict))
            #expect(await control.verdict() == verdict)
        }
    }
}
