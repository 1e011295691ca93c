import Testing

@Suite(.timeLimit(.minutes(2))) struct WakingModelTests {
    @Test(arguments: [1, 2, 3])
    func `in no order of steps does a worker sleep beside work of which nobody will tell it`(_ producers: Int) {
        let exploration = WakingModel.explore(.sound, producers: producers)
        #expect(exploration.lost == nil, "\(exploration.lost ?? [])")
        #expect(exploration.visited > 50 * producers * producers)
        print("waking: \(exploration.visited) states with \(producers) producers")
    }

    @Test(arguments: WakingModel.Variant.allCases.filter { $0 != .sound })
    func `each part of it is needed: without it a wake-up is lost`(_ variant: WakingModel.Variant) {
        #expect(WakingModel.explore(variant, producers: 1).lost != nil)
    }
}
