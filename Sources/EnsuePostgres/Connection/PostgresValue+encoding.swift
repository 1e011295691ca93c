internal import Ensue

/// The binary formats are those of the types' `_recv` functions in PostgreSQL's `src/backend/utils/adt`.
extension PostgresValue {
    /// How many bytes `write` writes; nil for NULL.
    var byteCount: Int? {
        switch self {
        case .null, .missing: nil
        case .text(let text): text.utf8.count
        case .integer, .double, .time: 8
        case .boolean: 1
        case .bytes(let bytes): bytes.count
        case .json(let json): json.text.utf8.count
        case .integers(let numbers): Self.arraySize(numbers) { _ in 8 }
        case .optionalIntegers(let numbers): Self.optionalArraySize(numbers) { _ in 8 }
        case .texts(let texts): Self.arraySize(texts) { $0.utf8.count }
        case .optionalTexts(let texts), .jsons(let texts): Self.optionalArraySize(texts) { $0.utf8.count }
        case .booleans(let values): Self.arraySize(values) { _ in 1 }
        case .doubles(let numbers): Self.optionalArraySize(numbers) { _ in 8 }
        case .times(let times): Self.optionalArraySize(times) { _ in 8 }
        }
    }

    /// Writes the value's `byteCount` bytes.
    func write(to writer: inout BinaryWriter) {
        switch self {
        case .null, .missing: break
        case .text(let text): writer.put(text)
        case .integer(let number): writer.put(number)
        case .double(let number): writer.put(number.bitPattern)
        case .boolean(let value): writer.put(UInt8(value ? 1 : 0))
        case .bytes(let bytes): bytes.withUnsafeBytes { writer.put($0) }
        case .time(let time): writer.put(PostgresTime.microseconds(time))
        case .json(let json): writer.put(json.text)
        case .integers(let numbers):
            Self.write(numbers, of: .integer, to: &writer) { Self.writeNumber($0, &$1) }
        case .optionalIntegers(let numbers):
            Self.writeOptionals(numbers, of: .integer, to: &writer) { Self.writeNumber($0, &$1) }
        case .texts(let texts):
            Self.write(texts, of: .text, to: &writer) { Self.writeText($0, &$1) }
        case .optionalTexts(let texts):
            Self.writeOptionals(texts, of: .text, to: &writer) { Self.writeText($0, &$1) }
        case .jsons(let documents):
            Self.writeOptionals(documents, of: .json, to: &writer) { Self.writeText($0, &$1) }
        case .booleans(let values):
            Self.write(values, of: .boolean, to: &writer) { Self.writeNumber(UInt8($0 ? 1 : 0), &$1) }
        case .doubles(let numbers):
            Self.writeOptionals(numbers, of: .double, to: &writer) { Self.writeNumber($0.bitPattern, &$1) }
        case .times(let times):
            Self.writeOptionals(times, of: .time, to: &writer) {
                Self.writeNumber(PostgresTime.microseconds($0), &$1)
            }
        }
    }

    // MARK: Arrays

    /// Dimensions, a flag for NULLs and the elements' type; then for the only dimension its length and first index.
    private static func headerSize(_ count: Int) -> Int { count == 0 ? 12 : 20 }

    @inline(__always)
    private static func arraySize<Element>(_ elements: [Element], _ size: (Element) -> Int) -> Int {
        elements.reduce(headerSize(elements.count)) { $0 + 4 + size($1) }
    }

    @inline(__always)
    private static func optionalArraySize<Element>(_ elements: [Element?], _ size: (Element) -> Int) -> Int {
        elements.reduce(headerSize(elements.count)) { $0 + 4 + ($1.map(size) ?? 0) }
    }

    private static func writeHeader(
        count: Int, hasNulls: Bool, type: PostgresType, to writer: inout BinaryWriter
    ) {
        writer.put(Int32(count == 0 ? 0 : 1))
        writer.put(Int32(hasNulls ? 1 : 0))
        writer.put(type.rawValue)
        guard count > 0 else { return }
        writer.put(Int32(count))
        writer.put(Int32(1))
    }

    @inline(__always)
    private static func write<Element>(
        _ elements: [Element], of type: PostgresType, to writer: inout BinaryWriter,
        _ put: (Element, inout BinaryWriter) -> Void
    ) {
        writeHeader(count: elements.count, hasNulls: false, type: type, to: &writer)
        for element in elements { put(element, &writer) }
    }

    @inline(__always)
    private static func writeOptionals<Element>(
        _ elements: [Element?], of type: PostgresType, to writer: inout BinaryWriter,
        _ put: (Element, inout BinaryWriter) -> Void
    ) {
        let hasNulls = elements.contains { $0 == nil }
        writeHeader(count: elements.count, hasNulls: hasNulls, type: type, to: &writer)
        for element in elements {
            if let element { put(element, &writer) } else { writer.put(Int32(-1)) }
        }
    }

    @inline(__always)
    private static func writeNumber<Number: FixedWidthInteger>(_ number: Number, _ writer: inout BinaryWriter) {
        writer.put(Int32(MemoryLayout<Number>.size))
        writer.put(number)
    }

    @inline(__always)
    private static func writeText(_ text: String, _ writer: inout BinaryWriter) {
        writer.put(Int32(text.utf8.count))
        writer.put(text)
    }
}
