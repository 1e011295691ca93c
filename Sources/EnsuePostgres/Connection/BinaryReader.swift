/// Reads numbers in network order, one after another. Reading on behind the end stops the program.
struct BinaryReader {
    private var rest: Slice<UnsafeRawBufferPointer>

    init(_ bytes: UnsafeRawBufferPointer) { rest = bytes[...] }

    mutating func number<Number: FixedWidthInteger>(as type: Number.Type) -> Number {
        defer { rest = rest.dropFirst(MemoryLayout<Number>.size) }
        return UnsafeRawBufferPointer(rebasing: rest).number(as: type)
    }
}

extension UnsafeRawBufferPointer {
    /// The number in network order at the start.
    func number<Number: FixedWidthInteger>(as type: Number.Type) -> Number {
        precondition(count >= MemoryLayout<Number>.size, "the server has sent fewer bytes than the type has")
        return Number(bigEndian: loadUnaligned(as: type))
    }
}
