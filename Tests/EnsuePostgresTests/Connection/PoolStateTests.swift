import Testing

@testable import EnsuePostgres

@Suite struct PoolStateTests {
    @Test func `the first who asks has a connection opened and gets it`() {
        var pool = PoolHarness()
        #expect(pool.acquire().actions == ["open after 0 ms"])
        #expect(pool.opened(1) == ["hand 1 to 1"])
    }

    @Test func `the connection used last is used next`() {
        var pool = PoolHarness()
        pool.lend(3)
        #expect(pool.release(2) + pool.release(3) + pool.release(1) == [])
        #expect(pool.acquire().actions == ["hand 1 to 4"])
        #expect(pool.acquire().actions == ["hand 3 to 5"])
    }

    @Test func `at most so many are opened, and the rest wait in their order`() {
        var pool = PoolHarness(limit: 2)
        pool.lend(2)
        #expect(pool.acquire().actions == [])
        #expect(pool.acquire().actions == [])
        #expect(pool.release(2) == ["hand 2 to 3"])
        #expect(pool.release(1) == ["hand 1 to 4"])
        #expect(pool.state.count == 2)
    }

    @Test func `whoever waits takes what comes first, an opened or a returned one`() {
        var pool = PoolHarness(limit: 2)
        pool.lend(1)
        #expect(pool.acquire().actions == ["open after 0 ms"])
        #expect(pool.release(1) == ["hand 1 to 2"])
        #expect(pool.opened(2) == [])
        #expect(pool.acquire().actions == ["hand 2 to 3"])
    }

    @Test func `an idle connection can be taken without waiting`() {
        var pool = PoolHarness(limit: 2)
        pool.lend(2)
        #expect(pool.takeIdle() == nil)
        _ = pool.release(1)
        _ = pool.release(2)
        #expect(pool.takeIdle() == 2)
        #expect(pool.takeIdle() == 1)
        #expect(pool.acquire().actions == [])
        #expect(pool.release(2) == ["hand 2 to 3"])
    }

    // MARK: Failing to connect

    @Test func `the waits between attempts double up to the longest`() {
        var pool = PoolHarness()
        _ = pool.acquire()
        let delays = (0..<8).map { _ -> [String] in
            defer { pool.now += .seconds(10) }
            return pool.openingFailed()
        }
        let expected = [50, 100, 200, 400, 800, 1600, 2000, 2000]
        #expect(delays == expected.map { ["open after \($0) ms"] })
    }

    @Test(arguments: [(0.0, 40), (0.5, 50), (0.75, 55)])
    func `the wait varies by a fifth`(_ random: Double, _ milliseconds: Int) {
        var pool = PoolHarness()
        _ = pool.acquire()
        #expect(pool.openingFailed(random: random) == ["open after \(milliseconds) ms"])
    }

    @Test func `after a failure one attempt at a time is made`() {
        var pool = PoolHarness()
        for _ in 1...3 { #expect(pool.acquire().actions == ["open after 0 ms"]) }
        #expect(pool.openingFailed() == [])
        #expect(pool.openingFailed() == [])
        #expect(pool.openingFailed() == ["open after 200 ms"])
        #expect(pool.acquire().actions == [])
        #expect(pool.opened(1) == ["hand 1 to 1", "open after 0 ms", "open after 0 ms", "open after 0 ms"])
    }

    @Test func `without anybody waiting there is no further attempt, and the wait counts all the same`() {
        var pool = PoolHarness()
        let waiter = pool.acquire().waiter
        _ = pool.expire(waiter)
        #expect(pool.openingFailed() == [])
        pool.now += .milliseconds(20)
        #expect(pool.acquire().actions == ["open after 30 ms"])
    }

    @Test func `whoever waits for too long gets the last failure`() {
        var pool = PoolHarness()
        let waiter = pool.acquire().waiter
        _ = pool.openingFailed()
        #expect(pool.expire(waiter) == ["fail 1: refused"])
        #expect(pool.expire(waiter) == [])
        #expect(pool.opened(1) == [])
        #expect(pool.state.lastFailure == nil)
    }

    @Test func `whoever waits for too long while all are in use is told so`() {
        var pool = PoolHarness(limit: 1)
        pool.lend(1)
        let waiter = pool.acquire().waiter
        #expect(pool.expire(waiter) == ["fail 2: all connections to the server, at most 1, were in use for too long"])
    }

    @Test func `whoever waits no longer loses the place, and the opened connection goes to the next`() {
        var pool = PoolHarness(limit: 1)
        let first = pool.acquire().waiter
        #expect(pool.acquire().actions == [])
        #expect(!pool.expire(first).isEmpty)
        #expect(pool.expire(first).isEmpty)
        #expect(pool.opened(1) == ["hand 1 to 2"])
    }

    // MARK: Losing

    @Test func `a lost connection takes the idle ones along, but not those in use`() {
        var pool = PoolHarness()
        pool.lend(4)
        _ = pool.release(1)
        _ = pool.release(2)
        #expect(pool.release(3, isReusable: false) == ["close 3", "close 1", "close 2"])
        #expect(pool.state.count == 1)
        #expect(pool.release(4) == [])
        #expect(pool.acquire().actions == ["hand 4 to 5"])
    }

    @Test func `a lost connection makes room for who waits`() {
        var pool = PoolHarness(limit: 1)
        pool.lend(1)
        _ = pool.acquire()
        #expect(pool.release(1, isReusable: false) == ["close 1", "open after 0 ms"])
    }

    @Test func `idle connections but one are closed after a minute`() {
        var pool = PoolHarness()
        pool.lend(3)
        for connection in 1...3 { _ = pool.release(connection) }
        pool.now += .seconds(59)
        #expect(pool.acquire().actions == ["hand 3 to 4"])
        pool.now += .seconds(1)
        #expect(pool.release(3) == ["close 1", "close 2"])
        pool.now += .seconds(600)
        #expect(pool.acquire().actions == ["hand 3 to 5"])
    }

    // MARK: Closing

    @Test func `closing ends the waiting and the idle, and waits for those in use`() {
        var pool = PoolHarness(limit: 2)
        pool.lend(2)
        _ = pool.acquire()
        #expect(pool.close() == ["fail 3: the connections to the server have been closed"])
        #expect(pool.release(1) == ["close 1"])
        #expect(pool.release(2, isReusable: false) == ["close 2", "finished"])
        #expect(pool.acquire().actions == ["fail 4: the connections to the server have been closed"])
        #expect(pool.close() == [])
    }

    @Test func `what is opened after closing is closed at once`() {
        var pool = PoolHarness()
        _ = pool.acquire()
        _ = pool.acquire()
        #expect(pool.close().suffix(1) == ["finished"])
        #expect(pool.opened(1) == ["close 1"])
        #expect(pool.openingFailed() == [])
        #expect(pool.state.count == 0)
    }
}
