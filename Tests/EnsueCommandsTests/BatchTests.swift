import Testing

@testable import EnsueCommands

struct BatchTests {
    private func refusal(_ contents: String) throws -> String {
        do { _ = try Batch(contents: contents) } catch { return "\(error)" }
        throw CommandFailure("it was not refused")
    }

    @Test(arguments: ["", "\n \n", "[]", " [ ]\n"])
    func `an empty batch is refused`(contents: String) throws {
        #expect(try refusal(contents) == "the batch is empty")
    }

    @Test func `a bad line is named once`() throws {
        let message = try refusal("{}\n\n{\"a\":}\n")
        #expect(message == "line 3 of the batch is not JSON: column 6: expected a value, found '}'")
    }

    @Test func `lines and elements are told apart`() throws {
        #expect(try Batch(contents: "{}\n\n{}\n").items.map(\.place) == ["line 1", "line 3"])
        #expect(try Batch(contents: "[{},\n{}]").items.map(\.place) == ["element 1", "element 2"])
    }

    @Test(arguments: [("hello", true), ("Hello you", true), (#"{"a":}"#, false), ("01", false), (#"{a: 1}"#, false)])
    func `only a bare text is told about quotes`(argument: String, isTold: Bool) throws {
        do {
            _ = try JSONInput(argument: argument).document("DATA")
            Issue.record("it was not refused")
        } catch { #expect("\(error)".contains("quotes of its own") == isTold) }
    }
}
