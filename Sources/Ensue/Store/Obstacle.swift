/// What stands in the way of examining a store at all.
package struct Obstacle: Error {
    package let finding: Finding

    package init(_ finding: Finding) { self.finding = finding }
}
