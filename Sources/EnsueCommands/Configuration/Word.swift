internal import ArgumentParser
internal import Ensue

/// A text that has to be one of a few words.
enum Word {
    /// Reads an option's value; throws `ValidationError` with what it can be: the parser says which value is wrong.
    static func of(_ words: [String], _ text: String) throws -> String {
        if words.contains(text) { return text }
        throw ValidationError(advice(on: text, among: words))
    }

    /// The word that was probably meant, or all.
    static func advice(on text: String, among words: [String]) -> String {
        nearest(to: text, among: words).map { "did you mean '\($0)'?" }
            ?? "it can be \(words.joined(separator: ", "))"
    }

    /// The one of `words` that `text` was probably meant to be: a third of its letters may be wrong, one in any case, or
    /// two may have changed places.
    static func nearest(to text: String, among words: [String]) -> String? {
        let typed = String(text.prefix(60))
        return words.map { (distance: editDistance(typed, $0), word: $0) }
            .filter { distance, word in
                distance <= max(1, typed.count / 3) && distance < word.count
                    || distance == 2 && typed.sorted() == word.sorted()
            }
            .min { ($0.distance, $0.word) < ($1.distance, $1.word) }?.word
    }
}
