internal import CLibpq

/// A statement's parameters as libpq takes them: one buffer that holds all of them, and where each of them starts.
struct ParameterList {
    /// The numbers of the types; 0 leaves one to the server.
    let types: [Oid]
    private let bytes: [UInt8]
    /// Nil for NULL.
    private let offsets: [Int?]
    private let lengths: [Int32]
    private let formats: [Int32]

    init(_ values: [PostgresValue]) {
        types = values.map { $0.type?.rawValue ?? 0 }
        let sizes = values.map(\.byteCount)
        var total = 0
        offsets = sizes.map { size in
            guard let size else { return nil }
            defer { total += size }
            return total
        }
        lengths = sizes.map { Int32($0 ?? 0) }
        formats = [Int32](repeating: 1, count: values.count)
        // One byte more, so that an empty text has an address: to libpq no address is NULL.
        bytes = [UInt8](unsafeUninitializedCapacity: total + 1) { buffer, count in
            buffer[total] = 0
            count = total + 1
            guard let start = UnsafeMutableRawPointer(buffer.baseAddress) else { return }
            var writer = BinaryWriter(start)
            for value in values { value.write(to: &writer) }
            precondition(writer.next == start + total, "a parameter has not the size that it has announced")
        }
    }

    /// What `PQsendQueryParams` and `PQsendQueryPrepared` take. The pointers live as long as the call.
    struct Pointers {
        let count: Int32
        let types: UnsafePointer<Oid>?
        let values: UnsafePointer<UnsafePointer<CChar>?>?
        let lengths: UnsafePointer<Int32>?
        let formats: UnsafePointer<Int32>?
    }

    func withPointers<Value>(_ body: (Pointers) -> Value) -> Value {
        bytes.withUnsafeBytes { bytes in
            let start = bytes.assumingMemoryBound(to: CChar.self).baseAddress
            let values = offsets.map { offset in offset.flatMap { start?.advanced(by: $0) } }
            return types.withUnsafeBufferPointer { types in
                values.withUnsafeBufferPointer { values in
                    lengths.withUnsafeBufferPointer { lengths in
                        formats.withUnsafeBufferPointer { formats in
                            body(
                                Pointers(
                                    count: Int32(values.count), types: types.baseAddress, values: values.baseAddress,
                                    lengths: lengths.baseAddress, formats: formats.baseAddress))
                        }
                    }
                }
            }
        }
    }
}
