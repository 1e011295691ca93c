import NIOCore
import Testing

@testable import EnsueServer

@Suite
struct RequestPaceTests {
    private static func time(_ seconds: Int64) -> NIODeadline { .uptimeNanoseconds(0) + .seconds(seconds) }

    private static func pace() -> RequestPace {
        var limits = ServerLimits()
        limits.idleTime = .seconds(75)
        limits.headTime = .seconds(20)
        limits.bodyTime = .seconds(30)
        limits.unreadTime = .seconds(40)
        return RequestPace(patience: RequestPace.Patience(limits), now: time(0))
    }

    @Test func `a new connection is waited for as an idle one`() {
        let pace = Self.pace()
        #expect(pace.wait == .request)
        #expect(pace.deadline == Self.time(75))
    }

    @Test func `the first byte of a head sets its time, and later ones do not`() {
        var pace = Self.pace()
        pace.receivedPiece(Self.time(10))
        pace.receivedPiece(Self.time(25))
        #expect(pace.wait == .head)
        #expect(pace.deadline == Self.time(30))
    }

    @Test func `a body has its time from the head on, and pieces do not lengthen it`() {
        var pace = Self.pace()
        pace.receivedHead(Self.time(10))
        #expect(pace.wait == .body)
        pace.receivedPiece(Self.time(20))
        #expect(pace.deadline == Self.time(40))
    }

    @Test func `nobody is waited for while the server answers`() {
        var pace = Self.pace()
        pace.receivedHead(Self.time(10))
        pace.receivedEnd()
        #expect(pace.wait == nil)
        #expect(pace.deadline == nil)
        pace.answered(Self.time(50))
        #expect(pace.wait == .request)
        #expect(pace.deadline == Self.time(125))
    }

    @Test func `what is sent ahead has its time from when its turn comes`() {
        var pace = Self.pace()
        pace.receivedHead(Self.time(10))
        pace.receivedEnd()
        pace.receivedHead(Self.time(11))
        #expect(pace.wait == nil)
        pace.answered(Self.time(60))
        #expect(pace.wait == .body)
        #expect(pace.deadline == Self.time(90))
        pace.receivedEnd()
        pace.receivedPiece(Self.time(61))
        #expect(pace.wait == nil)
        pace.answered(Self.time(70))
        #expect(pace.wait == .head)
        #expect(pace.deadline == Self.time(90))
    }

    @Test func `the rest of a body that was answered already gets a moment`() {
        var pace = Self.pace()
        pace.receivedHead(Self.time(10))
        pace.answered(Self.time(11))
        #expect(pace.wait == .rest)
        #expect(pace.deadline == Self.time(13))
    }

    @Test func `a client that takes nothing is waited for whatever else it does`() {
        var pace = Self.pace()
        pace.receivedHead(Self.time(1))
        pace.receivedEnd()
        pace.setUnread(true, Self.time(10))
        #expect(pace.wait == .reading)
        #expect(pace.deadline == Self.time(50))
        pace.setUnread(false, Self.time(20))
        #expect(pace.wait == nil)
    }
}
