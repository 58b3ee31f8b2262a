internal import JSON

/// BERT's text cleaning, as Hugging Face `tokenizers` does it.
///
/// In this order: control characters go and white space becomes a space, ideographs get spaces around
/// them, accents go, letters become lower case.
package struct BertNormalizer: Sendable {
    let cleansText: Bool
    let separatesIdeographs: Bool
    let stripsAccents: Bool
    let lowercases: Bool

    /// What each ASCII byte becomes.
    private let ascii: [UInt8]
    private static let dropped: UInt8 = 0xFF
    private let classes = ScalarClasses.shared

    init(_ section: Section) throws(TokenizerError) {
        try section.allowOnly([
            "type", "clean_text", "handle_chinese_chars", "strip_accents", "lowercase",
        ])
        let lowercases = try section.bool("lowercase")
        self.init(
            cleansText: try section.bool("clean_text"),
            separatesIdeographs: try section.bool("handle_chinese_chars"),
            stripsAccents: try section.optionalBool("strip_accents") ?? lowercases,
            lowercases: lowercases
        )
    }

    package init(
        cleansText: Bool,
        separatesIdeographs: Bool,
        stripsAccents: Bool,
        lowercases: Bool
    ) {
        self.cleansText = cleansText
        self.separatesIdeographs = separatesIdeographs
        self.stripsAccents = stripsAccents
        self.lowercases = lowercases
        ascii = (0..<0x80).map { (byte: UInt8) in
            switch byte {
            case UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                cleansText ? UInt8(ascii: " ") : byte
            case 0..<0x20, 0x7F: cleansText ? Self.dropped : byte
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): lowercases ? byte | 0x20 : byte
            default: byte
            }
        }
    }

    /// Appends the normal form of valid UTF-8 to `output`.
    package func normalize(_ bytes: Span<UInt8>, into output: inout [UInt8]) {
        output.reserveCapacity(output.count + bytes.count)
        append(normalOf: bytes, to: &output)
    }

    /// Whether nothing is left of a scalar.
    func isDropped(_ scalar: UInt32) -> Bool {
        guard scalar >= 0x80 else { return ascii[Int(scalar)] == Self.dropped }
        return cleansText && (classes[scalar].contains(.other) || scalar == 0xFFFD)
    }

    /// Whether a scalar, or the first one that it decomposes into, may have to be put into order with marks before it, or is a mark
    /// that goes.
    func isMark(_ scalar: UInt32) -> Bool {
        let scalarClass = classes[scalar]
        if scalarClass.contains(.combines) || scalarClass.contains(.nonspacingMark) { return true }
        guard scalarClass.contains(.decomposes) else { return false }
        var first: UInt32?
        CanonicalDecomposition.forEachScalar(of: scalar) { first = first ?? $0 }
        return first.map { classes[$0].contains(.combines) } ?? false
    }

    /// Appends the normal form of valid UTF-8 to `output`, for which there may be room.
    func append(normalOf bytes: Span<UInt8>, to output: inout [UInt8]) {
        var pending = PendingMarks()
        var offset = 0
        while offset < bytes.count {
            let byte = bytes[offset]
            if byte < 0x80 {
                offset += 1
                let mapped = ascii[Int(byte)]
                if mapped == Self.dropped { continue }
                if !pending.isEmpty { pending.flush(self, into: &output) }
                output.append(mapped)
            } else {
                append(nextScalar(in: bytes, at: &offset), &pending, into: &output)
            }
        }
        pending.flush(self, into: &output)
    }

    private func append(
        _ scalar: UInt32,
        _ pending: inout PendingMarks,
        into output: inout [UInt8]
    ) {
        let scalarClass = classes[scalar]
        if cleansText {
            if scalarClass.contains(.other) || scalar == 0xFFFD { return }
            if scalarClass.contains(.whiteSpace) {
                pending.flush(self, into: &output)
                output.append(UInt8(ascii: " "))
                return
            }
        }
        let isSeparated = separatesIdeographs && scalarClass.contains(.ideograph)
        if isSeparated {
            pending.flush(self, into: &output)
            output.append(UInt8(ascii: " "))
        }
        if !stripsAccents {
            appendFinal(scalar, scalarClass, into: &output)
        } else if scalarClass.contains(.decomposes) {
            CanonicalDecomposition.forEachScalar(of: scalar) {
                appendDecomposed($0, classes[$0], &pending, into: &output)
            }
        } else {
            appendDecomposed(scalar, scalarClass, &pending, into: &output)
        }
        if isSeparated {
            pending.flush(self, into: &output)
            output.append(UInt8(ascii: " "))
        }
    }

    private func appendDecomposed(
        _ scalar: UInt32,
        _ scalarClass: ScalarClass,
        _ pending: inout PendingMarks,
        into output: inout [UInt8]
    ) {
        // Leaving these out before the others are put into order changes nothing in that order.
        if scalarClass.contains(.nonspacingMark) {
            if !scalarClass.contains(.combines) { pending.flush(self, into: &output) }
            return
        }
        if scalarClass.contains(.combines) { return pending.append(scalar) }
        pending.flush(self, into: &output)
        appendFinal(scalar, scalarClass, into: &output)
    }

    private func appendFinal(
        _ scalar: UInt32,
        _ scalarClass: ScalarClass,
        into output: inout [UInt8]
    ) {
        if lowercases, scalarClass.contains(.changesWhenLowercased),
            let scalar = Unicode.Scalar(scalar)
        {
            output.append(contentsOf: scalar.properties.lowercaseMapping.utf8)
        } else {
            output.append(scalar: scalar)
        }
    }

    /// Combining scalars that wait for the next one with class 0, to be put into canonical order.
    private struct PendingMarks {
        private var scalars: [UInt32] = []

        var isEmpty: Bool { scalars.isEmpty }

        mutating func append(_ scalar: UInt32) {
            scalars.append(scalar)
        }

        mutating func flush(_ normalizer: BertNormalizer, into output: inout [UInt8]) {
            if scalars.isEmpty { return }
            let ordered = scalars.enumerated().sorted { left, right in
                (combiningClass(left.element), left.offset)
                    < (combiningClass(right.element), right.offset)
            }
            for (_, scalar) in ordered {
                normalizer.appendFinal(scalar, normalizer.classes[scalar], into: &output)
            }
            scalars.removeAll(keepingCapacity: true)
        }

        private func combiningClass(_ scalar: UInt32) -> UInt8 {
            Unicode.Scalar(scalar)?.properties.canonicalCombiningClass.rawValue ?? 0
        }
    }
}
