extension Collection<UInt8> {
    /// Lends the bytes in one piece, and copies them only when they are not.
    func withContiguousBytes<Result, Failure: Error>(
        _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let outcome = withContiguousStorageIfAvailable { bytes in
            Swift.Result { () throws(Failure) in try body(bytes) }
        }
        guard let outcome else { return try ContiguousArray(self).withContiguousBytes(body) }
        return try outcome.get()
    }
}

/// The offset of the first byte that belongs to no well-formed UTF-8 sequence (The Unicode Standard, table 3-7), or nil
/// when there is none.
func firstInvalidUTF8(in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    let raw = UnsafeRawBufferPointer(bytes)
    var position = 0
    while position < raw.count {
        if position + 8 <= raw.count,
            raw.loadUnaligned(fromByteOffset: position, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
        {
            position += 8
        } else if raw[position] < 0x80 {
            position += 1
        } else if let length = utf8SequenceLength(in: raw, at: position) {
            position += length
        } else {
            return position
        }
    }
    return nil
}

/// The length of the multi-byte sequence at an offset, or nil when it is not well-formed.
private func utf8SequenceLength(in bytes: UnsafeRawBufferPointer, at start: Int) -> Int? {
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch bytes[start] {
    case 0xC2...0xDF: length = 2
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: length = 3
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: length = 4
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    default: return nil
    }
    guard start + length <= bytes.count, second.contains(bytes[start + 1]) else { return nil }
    for offset in start + 2..<start + length where bytes[offset] & 0xC0 != 0x80 { return nil }
    return length
}
