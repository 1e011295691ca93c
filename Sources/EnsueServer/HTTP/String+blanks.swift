extension StringProtocol {
    /// Without the blanks and tabs around it.
    var withoutOuterBlanks: String {
        let start = drop { $0 == " " || $0 == "\t" }
        return start.lastIndex { $0 != " " && $0 != "\t" }.map { String(start[...$0]) } ?? ""
    }
}
