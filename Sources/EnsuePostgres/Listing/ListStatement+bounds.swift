extension ListStatement {
    /// Between which blocks that is what a query wants: those of the account and, perhaps, the kind or type; which was
    /// begun last before a time from which on all must have been inserted, and which before one until which. Parameters:
    /// account, these times (null for none), and the kind or type.
    ///
    /// Ids ascend as they are drawn, and a block is noted when somebody first inserts into it. So nothing that is drawn
    /// later than a block was noted has an id of a lower block. The notes follow each other only roughly: the greatest of
    /// many neighbours is the one.
    static func bounds(_ table: String, name: String?) -> String {
        let own = "FROM {\(table)} b WHERE b.account = $1 \(name.map { "AND b.\($0) = $4" } ?? "")"
        func begun(before time: String) -> String {
            """
            CASE WHEN \(time) IS NOT NULL THEN (SELECT max(n.block) FROM (
                SELECT b.block FROM {\(table)} b WHERE b.noted_at < \(time) ORDER BY b.noted_at DESC LIMIT 1000) AS n) END
            """
        }
        return """
            SELECT (SELECT min(b.block) \(own)), (SELECT max(b.block) \(own)), \(begun(before: "$2")),
                \(begun(before: "$3"))
            """
    }
}
