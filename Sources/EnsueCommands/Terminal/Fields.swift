/// Names and values below each other, as a single thing is shown. What is empty is left out.
struct Fields {
    struct Field {
        let name: String
        let value: String
        let style: Terminal.Style

        init(_ name: String, _ value: String?, _ style: Terminal.Style = .plain) {
            self.name = name
            self.value = value ?? ""
            self.style = style
        }
    }

    let terminal: Terminal

    func write(_ fields: [Field]) throws {
        let shown = fields.filter { !$0.value.isEmpty }
        let width = shown.map { $0.name.displayWidth }.max() ?? 0
        for field in shown {
            // Values are for copying: they are never cut.
            let value = terminal.styled(field.value.harmless, field.style)
            try terminal.write("\(terminal.styled(field.name.padded(to: width), .faint))  \(value)")
        }
    }
}
