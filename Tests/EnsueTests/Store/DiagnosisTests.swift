import Ensue
import Testing

/// Which measurement means what.
@Suite struct DiagnosisTests {
    private static let day = Duration.seconds(86_400)

    // MARK: Words

    @Test(arguments: [
        (0, "0 effects"), (1, "1 effect"), (1234, "1,234 effects"), (10_000, "10,000 effects"),
        (10_001, "more than 10,000 effects"),
    ])
    func `a count stops where counting stopped`(_ count: Int, _ text: String) {
        #expect(Diagnosis.counted(count, "effect") == text)
    }

    @Test(arguments: [
        (Duration.milliseconds(1999), "1999 ms"), (.seconds(2), "2 s"), (.seconds(119), "119 s"),
        (.seconds(120), "2 min"), (.seconds(7200), "2 h"), (.seconds(3 * 86_400), "3 days"), (.seconds(-90), "90 s"),
    ])
    func `a span is told in the largest unit that says enough`(_ span: Duration, _ text: String) {
        #expect(Diagnosis.words(span) == text)
    }

    @Test(arguments: [
        (Int64(999), "999 bytes"), (1000, "1.0 KB"), (12_345, "12 KB"), (3_460_000_000, "3.4 GB"),
    ])
    func `bytes are told as people write them`(_ bytes: Int64, _ text: String) {
        #expect(Diagnosis.words(bytes: bytes) == text)
    }

    // MARK: The store

    @Test(arguments: [
        (Duration.milliseconds(999), Finding.Severity.ok), (.milliseconds(-999), .ok), (.seconds(1), .notice),
        (.seconds(-4), .notice), (.seconds(5), .warning), (.seconds(-3600), .warning),
    ])
    func `a clock may be off by a second, either way`(_ skew: Duration, _ severity: Finding.Severity) {
        #expect(Diagnosis.clockSkew(skew).severity == severity)
    }

    @Test func `what the measurement cannot tell is not counted as skew`() {
        #expect(Diagnosis.clockSkew(.seconds(6), precision: .seconds(5)).severity == .notice)
        #expect(Diagnosis.clockSkew(.seconds(6), precision: .seconds(6)).severity == .ok)
    }

    @Test(arguments: [
        (Int?.none, Finding.Severity.failure), (1, .warning), (2, .ok), (3, .failure),
    ])
    func `a schema is older, right, newer, or missing`(_ done: Int?, _ severity: Finding.Severity) {
        let finding = Diagnosis.schema(done, latest: 2, update: "ensue serve")
        #expect(finding.severity == severity)
        #expect((finding.remedy == nil) == (severity == .ok))
    }

    @Test(arguments: [
        (Int64(99_999_999), Finding.Severity.failure), (100_000_000, .warning), (1_000_000_000, .ok),
    ])
    func `a disk that fills up is told before it is full`(_ bytes: Int64, _ severity: Finding.Severity) {
        #expect(Diagnosis.freeSpace(bytes, at: "ensue.db").severity == severity)
    }

    @Test func `what is missing comes back with the statement that made it`() {
        let findings = Diagnosis.objects(missing: [("index a", "CREATE INDEX a"), ("index b", "CREATE INDEX b")])
        #expect(findings.map(\.severity) == [.failure, .failure])
        #expect(findings.map(\.remedy) == ["CREATE INDEX a", "CREATE INDEX b"])
        #expect(Diagnosis.objects(missing: []).map(\.severity) == [.ok])
    }

    @Test func `a check that fails is a finding, and the remedy fits the error`() async {
        let findings = await Diagnosis.check("queues") {
            throw StoreError(.full, operation: "diagnose", detail: "no room")
        }
        #expect(findings.map(\.severity) == [.failure])
        #expect(findings.map(\.check) == ["queues"])
        #expect(findings.first?.remedy?.contains("make room") == true)
    }

    @Test func `severities are ordered, and a finding is the same after a trip through JSON`() throws {
        #expect(Finding.Severity.allCases == Finding.Severity.allCases.sorted())
        let finding = Finding.warning("clock.skew", "it is off", remedy: "set it")
        #expect(try JSONText.encoding(finding).decode() == finding)
        let text = try JSONText.encoding(Finding.ok("a", "b")).text
        #expect(text == #"{"check":"a","severity":"ok","summary":"b"}"#)
    }

    @Test func `a remedy names tables as they are called in the store`() {
        let finding = Finding.warning("a", "{b}", remedy: "SELECT * FROM {ledger}")
            .naming { $0.replacing("{ledger}", with: "ensue_ledger") }
        #expect(finding.remedy == "SELECT * FROM ensue_ledger")
        #expect(finding.summary == "{b}")
    }
}
