/// What a normaliser and a pre-tokeniser want to know of a scalar, in one byte.
struct ScalarClass: OptionSet {
    var rawValue: UInt8

    /// `Cc`, `Cf` or `Co`, tab and line ends included.
    static let other = ScalarClass(rawValue: 1)
    static let nonspacingMark = ScalarClass(rawValue: 2)
    /// General category `P…`, and those ASCII characters that are neither letters, digits nor space.
    static let punctuation = ScalarClass(rawValue: 4)
    static let whiteSpace = ScalarClass(rawValue: 8)
    /// A CJK ideograph, in the ranges that BERT's normaliser knows.
    static let ideograph = ScalarClass(rawValue: 16)
    static let decomposes = ScalarClass(rawValue: 32)
    static let changesWhenLowercased = ScalarClass(rawValue: 64)
    /// Has a canonical combining class other than 0.
    static let combines = ScalarClass(rawValue: 128)
}

/// The classes of all scalars, looked up by index for planes 0 to 2.
struct ScalarClasses: Sendable {
    /// Made on first use, in a few milliseconds.
    static let shared = ScalarClasses()

    private static let indexedCount: UInt32 = 0x30000
    private var indexed = [UInt8](repeating: 0, count: Int(indexedCount))
    private var ranges: [(scalars: ClosedRange<UInt32>, scalarClass: ScalarClass)] = []

    subscript(scalar: UInt32) -> ScalarClass {
        if scalar < Self.indexedCount { return ScalarClass(rawValue: indexed[Int(scalar)]) }
        return ranges.first { $0.scalars.contains(scalar) }?.scalarClass ?? []
    }

    private init() {
        add([0x00, 0x1F, 0x7F, 0x7F], .other)
        add([0x09, 0x0D, 0x20, 0x20], .whiteSpace)
        add([0x21, 0x2F, 0x3A, 0x40, 0x5B, 0x60, 0x7B, 0x7E], .punctuation)
        add(CategoryRanges.other, .other)
        add(CategoryRanges.nonspacingMark, .nonspacingMark)
        add(CategoryRanges.punctuation, .punctuation)
        add(CategoryRanges.whiteSpace, .whiteSpace)
        // The gap after U+2B81F is the original's.
        add(
            [
                0x3400, 0x4DBF, 0x4E00, 0x9FFF, 0xF900, 0xFAFF, 0x20000, 0x2A6DF, 0x2A700, 0x2B81F,
                0x2B920, 0x2CEAF, 0x2F800, 0x2FA1F,
            ],
            .ideograph
        )
        add(CanonicalDecomposition.hangulSyllables, .decomposes)
        for entry in CanonicalDecomposition.table {
            let scalar = UInt32(entry >> 42)
            add([scalar, scalar], .decomposes)
        }
        // Neither letters with case nor combining marks that are not `Mn` stand above plane 1.
        for value in UInt32(0)..<0x20000 {
            guard let scalar = Unicode.Scalar(value) else { continue }
            if scalar.properties.changesWhenLowercased {
                add([value, value], .changesWhenLowercased)
            }
            if scalar.properties.canonicalCombiningClass != .notReordered {
                add([value, value], .combines)
            }
        }
    }

    private mutating func add(_ bounds: [UInt32], _ scalarClass: ScalarClass) {
        for start in stride(from: 0, to: bounds.count, by: 2) {
            let scalars = bounds[start]...bounds[start + 1]
            if scalars.upperBound < Self.indexedCount {
                for scalar in scalars { indexed[Int(scalar)] |= scalarClass.rawValue }
            } else {
                ranges.append((scalars, scalarClass))
            }
        }
    }
}
