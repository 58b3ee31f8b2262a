/// Collects sparse vectors in memory, and writes their index.
public struct WeightIndexBuilder: ~Copyable {
    private struct Posting {
        let dimension: UInt32
        let document: UInt32
        let weight: UInt32
    }

    private var postings: [Posting] = []
    private var nonEmptyCount = 0

    /// The documents that it has.
    public private(set) var documentCount = 0

    /// Whether no document has a weight.
    public var isEmpty: Bool { postings.isEmpty }

    /// A builder of an index of nothing.
    public init() {}

    /// The memory that it takes.
    public var byteCount: Int { postings.capacity * MemoryLayout<Posting>.stride }

    /// Adds the next document.
    ///
    /// - Parameter weights: by dimension; of none the document is found by nothing.
    /// - Throws: `invalidWeight`, `repeatedDimension`; the document is not added then.
    public mutating func append(
        _ weights: [(dimension: UInt32, weight: Float)]
    ) throws(TextIndexError) {
        var dimensions: Set<UInt32> = []
        for (dimension, weight) in weights {
            guard dimensions.insert(dimension).inserted else { throw .repeatedDimension(dimension) }
            guard weight.isFinite, weight > 0 else {
                throw .invalidWeight(dimension: dimension, weight: weight)
            }
        }
        for (dimension, weight) in weights {
            postings.append(
                Posting(
                    dimension: dimension,
                    document: UInt32(documentCount),
                    weight: weight.bitPattern
                )
            )
        }
        if !weights.isEmpty { nonEmptyCount += 1 }
        documentCount += 1
    }

    /// Writes the index.
    public consuming func write(
        to output: inout some TextIndexOutput & ~Copyable
    ) throws {
        var writer = TextIndexWriter(kind: .weights, lengths: [])
        let documentCount = documentCount
        let nonEmptyCount = nonEmptyCount
        postings.sort { ($0.dimension, $0.document) < ($1.dimension, $1.document) }
        var index = 0
        while index < postings.count {
            let dimension = postings[index].dimension
            while index < postings.count, postings[index].dimension == dimension {
                try writer.append(
                    postings[index].document,
                    value: postings[index].weight,
                    positions: Span(),
                    to: &output
                )
                index += 1
            }
            try writer.endTerm(
                withUnsafeBytes(of: dimension.bigEndian) { Array($0) },
                to: &output
            )
        }
        try writer.finish(
            documentCount: documentCount,
            nonEmptyCount: nonEmptyCount,
            to: &output
        )
    }
}
