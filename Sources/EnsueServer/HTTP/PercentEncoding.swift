/// Text in which bytes are written as a percent sign and two hexadecimal digits.
enum PercentEncoding {
    enum Fault: Error {
        case digitsMissing, notUTF8
    }

    /// Decodes once. `plusIsBlank` as in queries and forms.
    static func decoded(
        _ text: some Collection<UInt8>, plusIsBlank: Bool = false
    ) throws(Fault) -> String {
        var bytes: [UInt8] = []
        var rest = text[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+") where plusIsBlank: bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(Hexadecimal.value),
                    let low = rest.popFirst().flatMap(Hexadecimal.value)
                else { throw .digitsMissing }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else { throw .notUTF8 }
        return decoded
    }
}
