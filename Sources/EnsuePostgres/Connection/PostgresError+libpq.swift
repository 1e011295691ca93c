internal import CLibpq

extension PostgresError {
    /// What a result that is an error says. One without the server's code was made by libpq: the connection is lost.
    init(result: OpaquePointer) {
        func field(_ code: some BinaryInteger) -> String? {
            PQresultErrorField(result, Int32(code)).map { String(cString: $0) }
        }
        guard let sqlState = field(Int32(UInt8(ascii: "C"))) else {
            self.init(.connection, Self.line(PQresultErrorMessage(result)))
            return
        }
        self.init(.server(sqlState: sqlState), field(UInt8(ascii: "M")) ?? Self.line(PQresultErrorMessage(result)))
        detail = field(UInt8(ascii: "D"))
        constraint = field(UInt8(ascii: "n"))
        let severity = field(UInt8(ascii: "V"))
        isFatal = severity == "FATAL" || severity == "PANIC"
    }

    /// What libpq says of a connection that is lost or could not be made.
    init(connection: OpaquePointer) {
        self.init(.connection, Self.line(PQerrorMessage(connection)))
    }

    /// libpq's messages may have several lines; an error's text is one.
    private static func line(_ text: UnsafePointer<CChar>?) -> String {
        let lines = text.map { String(cString: $0) }?.split(whereSeparator: \.isNewline) ?? []
        let line = lines.map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") }.joined(separator: "; ")
        return line.isEmpty ? "the connection was lost" : line
    }
}
