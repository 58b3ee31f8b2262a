/// Writes an index term by term, in the order of the terms' bytes, and of each its documents in their order.
struct TextIndexWriter {
    private let kind: TextIndexKind
    /// Of each document; empty in an index of weights.
    private let lengths: [UInt32]

    private var terms: [UInt8] = []
    private var termsByteCount = 0
    private var blockOffsets: [UInt8] = []
    private var termCount = 0
    private var lastTerm: [UInt8] = []
    private var postingsByteCount = 0
    private var positionsByteCount = 0
    private var tokenCount: UInt64 = 0

    // Of the term at hand.
    private var documents: [UInt32] = []
    private var values: [UInt32] = []
    private var positions: [UInt8] = []
    private var headers: [UInt8] = []
    private var positionHeaders: [UInt8] = []
    private var documentCount = 0
    private var lastDocument = -1
    private var blocksByteCount = 0
    private var blockPositionsStart = 0
    private var termPositionsByteCount = 0
    private var blockCount = 0

    init(kind: TextIndexKind, lengths: [UInt32]) {
        self.kind = kind
        self.lengths = lengths
    }

    /// Adds a document of the term at hand.
    ///
    /// - Parameters:
    ///   - value: as it is stored: a count less 1, or a weight's bits.
    ///   - positions: of the term in the document; none in an index of weights.
    mutating func append(
        _ document: UInt32,
        value: UInt32,
        positions: Span<UInt32>,
        to output: inout some TextIndexOutput & ~Copyable
    ) throws {
        // What is merged may have been altered.
        guard Int(document) > documents.last.map(Int.init) ?? lastDocument else {
            throw TextIndexError.malformed(
                part: .postings,
                reason: "name document \(document) out of order"
            )
        }
        if documents.count == PostingsFormat.blockCount { try flushBlock(to: &output) }
        documents.append(document)
        values.append(value)
        documentCount += 1
        if kind == .counts {
            PositionsFormat.append(positions, to: &self.positions)
            tokenCount += UInt64(value) + 1
        }
    }

    private mutating func flushBlock(
        to output: inout some TextIndexOutput & ~Copyable
    ) throws {
        var bytes: [UInt8] = []
        PostingsFormat.append(documents, values, previous: lastDocument, to: &bytes)
        lastDocument = Int(documents[documents.count - 1])
        append(UInt32(lastDocument), to: &headers)
        append(UInt64(blocksByteCount), to: &headers)
        let bounds =
            kind == .weights
            ? ImpactBound.pair(ofWeights: values)
            : ImpactBound.pair(
                ofCounts: values,
                lengths: documents.map { lengths[Int($0)] }
            )
        for bound in bounds {
            append(bound.value, to: &headers)
            append(bound.length, to: &headers)
        }
        append(UInt64(blockPositionsStart), to: &positionHeaders)
        blocksByteCount += bytes.count
        try output.append(bytes, to: .postings)
        termPositionsByteCount += positions.count
        blockPositionsStart = termPositionsByteCount
        try output.append(positions, to: .positions)
        positions.removeAll(keepingCapacity: true)
        documents.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
        blockCount += 1
    }

    /// Ends the term at hand: writes it, with the documents that have been added since the last.
    mutating func endTerm(
        _ term: [UInt8],
        to output: inout some TextIndexOutput & ~Copyable
    ) throws {
        guard documentCount > 0 else { return }
        let single = documentCount == 1 ? (documents[0], values[0]) : nil
        if single == nil {
            try flushBlock(to: &output)
        } else {
            termPositionsByteCount = positions.count
            try output.append(positions, to: .positions)
        }
        let isFirst = termCount % TermsFormat.blockCount == 0
        if isFirst {
            append(UInt64(termsByteCount + terms.count), to: &blockOffsets)
            append(UInt64(postingsByteCount), to: &terms)
            append(UInt64(positionsByteCount), to: &terms)
        }
        let shared = isFirst ? 0 : zip(term, lastTerm).prefix { $0 == $1 }.count
        VariableInteger.append(UInt64(shared), to: &terms)
        VariableInteger.append(UInt64(term.count - shared), to: &terms)
        terms += term[shared...]
        VariableInteger.append(UInt64(documentCount), to: &terms)
        if let (document, value) = single {
            VariableInteger.append(UInt64(document), to: &terms)
            VariableInteger.append(UInt64(value), to: &terms)
        } else {
            VariableInteger.append(UInt64(blocksByteCount), to: &terms)
            postingsByteCount += blocksByteCount
            if blockCount > 1 {
                postingsByteCount += headers.count
                try output.append(headers, to: .postings)
            }
        }
        if kind == .counts {
            VariableInteger.append(UInt64(termPositionsByteCount), to: &terms)
            positionsByteCount += termPositionsByteCount
            if blockCount > 1 {
                positionsByteCount += positionHeaders.count
                try output.append(positionHeaders, to: .positions)
            }
        }
        termCount += 1
        lastTerm = term
        if terms.count >= 1 << 16 { try flushTerms(to: &output) }
        reset()
    }

    private mutating func reset() {
        documents.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
        positions.removeAll(keepingCapacity: true)
        headers.removeAll(keepingCapacity: true)
        positionHeaders.removeAll(keepingCapacity: true)
        documentCount = 0
        lastDocument = -1
        blocksByteCount = 0
        blockPositionsStart = 0
        termPositionsByteCount = 0
        blockCount = 0
    }

    private mutating func flushTerms(
        to output: inout some TextIndexOutput & ~Copyable
    ) throws {
        termsByteCount += terms.count
        try output.append(terms, to: .terms)
        terms.removeAll(keepingCapacity: true)
    }

    /// Writes what is left.
    ///
    /// - Parameter documentCount: of the index.
    /// - Parameter nonEmptyCount: documents in which there is a term.
    mutating func finish(
        documentCount: Int,
        nonEmptyCount: Int,
        to output: inout some TextIndexOutput & ~Copyable
    ) throws {
        terms += blockOffsets
        append(kind.rawValue, to: &terms)
        append(UInt32(0), to: &terms)
        append(UInt64(documentCount), to: &terms)
        append(UInt64(nonEmptyCount), to: &terms)
        append(tokenCount, to: &terms)
        append(UInt64(termCount), to: &terms)
        append(UInt64(blockOffsets.count / 8), to: &terms)
        try flushTerms(to: &output)
        try output.append(
            [UInt8](repeating: 0, count: BitPacking.paddingByteCount),
            to: .postings
        )
        guard kind == .counts else { return }
        var start = 0
        while start < lengths.count {
            let end = min(lengths.count, start + 16_384)
            var bytes: [UInt8] = []
            for length in lengths[start..<end] { append(length, to: &bytes) }
            try output.append(bytes, to: .lengths)
            start = end
        }
    }

    private func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
}
