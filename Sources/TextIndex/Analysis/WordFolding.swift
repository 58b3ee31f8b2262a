internal import CICU

/// Takes from words what does not distinguish them: case and compatibility forms (Unicode's NFKC_Casefold), and the accents of
/// Latin, Greek and Cyrillic letters.
struct WordFolding {
    private var units: [UInt16] = []
    private var normalized: [UInt16] = []

    /// Replaces `bytes` by their case-folded form, which may be empty. Typographic apostrophes become `'`, which stemmers know.
    mutating func foldCase(_ bytes: inout [UInt8]) {
        var isASCII = true
        for index in bytes.indices {
            let byte = bytes[index]
            if byte >= 0x80 { isASCII = false }
            if (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) { bytes[index] = byte | 0x20 }
        }
        if isASCII { return }
        readUnits(bytes)
        for index in units.indices where units[index] == 0x2019 || units[index] == 0x2018 {
            units[index] = 0x27
        }
        normalize(cicu_casefolded)
        writeUnits(to: &bytes)
    }

    /// Replaces `bytes`, which are folded, by the same without accents; letters with strokes become those without.
    mutating func removeAccents(_ bytes: inout [UInt8]) {
        guard bytes.contains(where: { $0 >= 0x80 }) else { return }
        readUnits(bytes)
        normalize(cicu_decomposed)
        normalized.removeAll { (0x300...0x36F).contains($0) }
        swap(&units, &normalized)
        normalize(cicu_composed)
        for index in normalized.indices {
            normalized[index] = Self.withoutStroke[normalized[index]] ?? normalized[index]
        }
        writeUnits(to: &bytes)
    }

    /// What has no decomposition and is written without its stroke where a keyboard lacks it.
    private static let withoutStroke: [UInt16: UInt16] = [
        0xF8: 0x6F, 0x111: 0x64, 0x127: 0x68, 0x131: 0x69, 0x142: 0x6C, 0x167: 0x74, 0x180: 0x62,
        0xF0: 0x64, 0x138: 0x6B,
    ]

    private mutating func readUnits(_ bytes: [UInt8]) {
        units = Array(String(decoding: bytes, as: UTF8.self).utf16)
    }

    /// From `units` to `normalized`.
    private mutating func normalize(_ form: cicu_form) {
        var count = Int32(units.count)
        for capacity in [units.count * 4 + 16, units.count * 20 + 16] {
            normalized = [UInt16](repeating: 0, count: capacity)
            count = cicu_normalized(form, units, Int32(units.count), &normalized, Int32(capacity))
            if count <= capacity { break }
        }
        // Only if ICU has no data, or no memory.
        guard count >= 0, count <= normalized.count else {
            normalized = units
            return
        }
        normalized.removeLast(normalized.count - Int(count))
    }

    private func writeUnits(to bytes: inout [UInt8]) {
        bytes = Array(String(decoding: normalized, as: UTF16.self).utf8)
    }
}
