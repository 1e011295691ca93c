/// Writes numbers in network order and bytes, one after another, into memory of which somebody else knows that it
/// suffices.
struct BinaryWriter {
    private(set) var next: UnsafeMutableRawPointer

    init(_ start: UnsafeMutableRawPointer) { next = start }

    @inline(__always)
    mutating func put<Number: FixedWidthInteger>(_ number: Number) {
        next.storeBytes(of: number.bigEndian, as: Number.self)
        next += MemoryLayout<Number>.size
    }

    @inline(__always)
    mutating func put(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress else { return }
        next.copyMemory(from: base, byteCount: bytes.count)
        next += bytes.count
    }

    @inline(__always)
    mutating func put(_ text: String) {
        var text = text
        text.withUTF8 { put(UnsafeRawBufferPointer($0)) }
    }
}
