import Ensue
import HTTPTypes
import NIOCore
import Synchronization
import Testing

@testable import EnsueCommands

/// What `tail` finds, in a list that answers as the API does.
struct NewcomersTests {
    /// Ids that a server lists, newest first, in pages that look at so many ids each.
    private final class List: Sendable {
        struct Row { let id: Int, type: String }

        private let rows: Mutex<[Row]>
        private let stride: Int
        let reads = Mutex(0)

        init(_ ids: ClosedRange<Int>, stride: Int = 200, type: (Int) -> String = { _ in "a" }) {
            rows = Mutex(ids.map { Row(id: $0, type: type($0)) })
            self.stride = stride
        }

        func add(_ id: Int, _ type: String = "a") { rows.withLock { $0.append(Row(id: id, type: type)) } }

        func answer(_ path: String) -> String {
            reads.withLock { $0 += 1 }
            let query = path.split(separator: "?").last?.split(separator: "&") ?? []
            func value(_ name: String) -> String? {
                query.first { $0.hasPrefix("\(name)=") }.map { String($0.dropFirst(name.count + 1)) }
            }
            let before = value("cursor").flatMap { Int($0) } ?? .max
            let limit = min(value("limit").flatMap { Int($0) } ?? 50, stride)
            let below = rows.withLock { $0 }.filter { $0.id < before }.sorted { $0.id > $1.id }
            let page = below.prefix(limit)
            let items = page.filter { row in value("type").map { $0 == row.type } ?? true }.map {
                #"{"id":"\#($0.id)"}"#
            }
            let next = page.count < below.count ? page.last.map { #","next":"\#($0.id)""# } ?? "" : ""
            return #"{"items":[\#(items.joined(separator: ","))]\#(next)}"#
        }

        var ledger: Ledger {
            Ledger(name: "a list", account: nil, hasAPIKey: false) { request, _ in
                (HTTPResponse(status: .ok), ByteBuffer(string: self.answer(request.path ?? "")))
            }
        }
    }

    private func ids(_ look: Newcomers.Look) -> [Int] { look.items.compactMap(Newcomers.id) }

    private func newcomers(_ type: String? = nil) -> Newcomers {
        Newcomers(path: "/v1/events", filter: [("type", type)])
    }

    @Test func `the last ones are shown first, and then only what is new`() async throws {
        let list = List(1...1000)
        let first = try await newcomers().first(3, in: list.ledger)
        #expect(ids(first) == [998, 999, 1000])
        #expect(try await ids(first.after.next(in: list.ledger)).isEmpty)
        list.add(1001)
        let second = try await first.after.next(in: list.ledger)
        #expect(ids(second) == [1001])
        #expect(try await ids(second.after.next(in: list.ledger)).isEmpty)
    }

    @Test func `what was found and could not be shown is found again`() async throws {
        let list = List(1...10)
        let first = try await newcomers().first(0, in: list.ledger)
        list.add(11)
        #expect(try await ids(first.after.next(in: list.ledger)) == [11])
        #expect(try await ids(first.after.next(in: list.ledger)) == [11])
    }

    @Test func `short and empty pages hide nothing, and bring nothing old`() async throws {
        let list = List(1...5000, stride: 50) { $0 % 1000 == 0 ? "rare" : "common" }
        let first = try await newcomers("rare").first(1, in: list.ledger)
        #expect(ids(first) == [5000])
        let reads = list.reads.withLock { $0 }
        let second = try await first.after.next(in: list.ledger)
        #expect(ids(second).isEmpty && !second.isIncomplete)
        #expect(list.reads.withLock { $0 } - reads <= 6, "a look does not walk the whole ledger")
        list.add(5001, "common")
        list.add(5002, "rare")
        #expect(try await ids(second.after.next(in: list.ledger)) == [5002])
    }

    @Test func `an empty first look shows nothing old later`() async throws {
        let list = List(1...3000, stride: 100) { $0 < 100 ? "rare" : "common" }
        let first = try await newcomers("rare").first(10, in: list.ledger)
        let second = try await first.after.next(in: list.ledger)
        #expect(ids(first).isEmpty && ids(second).isEmpty)
    }

    @Test func `a lower id that is committed later is a newcomer`() async throws {
        let list = List(1...10)
        list.add(12)
        let first = try await newcomers().first(1, in: list.ledger)
        list.add(11)
        #expect(try await ids(first.after.next(in: list.ledger)) == [11])
    }

    @Test func `more than one look reads is said, and is not found later as new`() async throws {
        let list = List(1...10)
        let first = try await newcomers().first(0, in: list.ledger)
        for id in 11...2500 { list.add(id) }
        let second = try await first.after.next(in: list.ledger)
        #expect(second.isIncomplete && ids(second).count == 1000)
        let third = try await second.after.next(in: list.ledger)
        #expect(ids(third).isEmpty && !third.isIncomplete)
    }
}
