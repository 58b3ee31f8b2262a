internal import CStemmer

/// A Snowball stemmer.
struct Stemmer: ~Copyable {
    // Freed in `deinit`; what it gives out is copied before its next use.
    private let handle: OpaquePointer

    init(_ language: Language) {
        // Each language has one (a test asks for all of them); as where Swift's own arrays find no memory.
        guard let handle = sb_stemmer_new(language.rawValue, "UTF_8") else {
            preconditionFailure("out of memory")
        }
        self.handle = handle
    }

    deinit { sb_stemmer_delete(handle) }

    /// Replaces a folded word by its stem.
    mutating func stem(_ word: inout [UInt8]) {
        guard let stem = sb_stemmer_stem(handle, word, Int32(word.count)) else { return }
        let count = Int(sb_stemmer_length(handle))
        word.replaceSubrange(0..., with: UnsafeBufferPointer(start: stem, count: count))
    }
}
