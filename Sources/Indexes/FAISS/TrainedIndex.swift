internal import FAISS

/// What a FAISS index learns from rows before it takes any: centroids of lists, rotations, codes. An index of other rows that is made
/// of it needs no training of its own, and all indexes made of it have the same lists and codes.
public struct TrainedIndex: Sendable, Hashable {
    /// What the index is made of.
    public let kind: FAISSKind
    /// The numbers of a row.
    public let dimension: Int
    /// As `init(_:)` reads it, with checksums.
    public let bytes: [UInt8]
    private let isOfInnerProducts: Bool

    /// Reads an index without rows, as `bytes` has it or in FAISS's own file format (`faiss.write_index`).
    ///
    /// FAISS's format has no checksum, and of an index with a rotation before others (`OPQ…`) it does not say what that was made of: such
    /// an index is refused. FAISS has no cosine; an index of rows of length 1 and their inner products is what a field of that metric takes.
    ///
    /// - Throws: `IndexError.unsupportedKind`, `.damagedIndex`, `.building`.
    public init(_ bytes: [UInt8]) throws(IndexError) {
        let index = try Self.index(bytes)
        guard let factory = index.factory else {
            throw .unsupportedKind(
                "OPQ…",
                reason:
                    "FAISS's files do not say what a rotation in front of an index was made of; train such a one here"
            )
        }
        guard index.isTrained else {
            throw .unsupportedKind(factory.description, reason: "the index is not trained")
        }
        guard index.count == 0 else {
            throw .unsupportedKind(
                factory.description,
                reason: "the index has \(index.count) rows, and a trained one has none"
            )
        }
        kind = try FAISSKind(factory.description)
        guard kind.graphM == nil, !kind.isExact else {
            throw .unsupportedKind(factory.description, reason: "such an index learns nothing")
        }
        dimension = index.dimension
        isOfInnerProducts = index.metric == .innerProduct
        do {
            self.bytes = try index.serialized()
        } catch {
            throw IndexError(reading: error)
        }
    }

    /// Trains an index with rows.
    ///
    /// Blocks; time and memory are those of FAISS's training.
    ///
    /// - Parameters:
    ///   - rows: `[n × dimension]`, under cosine of length 1; at least `kind.minimumRowCount(dimension:)`.
    ///   - dimension: the numbers of a row.
    ///   - metric: of the fields that are to be indexed so.
    ///   - kind: what the index is made of.
    ///   - threadCount: threads that may work, the caller's included.
    ///   - progress: asked now and then; `false` cancels.
    /// - Throws: `IndexError.unsupportedKind`, `.unbuildable` if it is the rows that stand against it, `.building`; `.cancelled`.
    public init(
        of rows: [Float],
        dimension: Int,
        metric: Metric,
        kind: FAISSKind,
        threadCount: Int = 1,
        progress: () -> Bool = { true }
    ) throws(IndexError) {
        guard kind.graphM == nil, !kind.isExact else {
            throw .unsupportedKind(kind.description, reason: "such an index learns nothing")
        }
        let arithmetic = try kind.arithmetic(dimension: dimension, metric: metric).metric
        do throws(FAISSError) {
            var index = try FAISS.Index(
                dimension: dimension,
                factory: kind.description,
                metric: arithmetic
            )
            if index.requiredTrainingRows > 0 {
                try index.train(rows.span, threadCount: max(1, threadCount)) { _, _ in progress() }
            }
            bytes = try index.serialized()
        } catch {
            throw IndexError(building: error)
        }
        self.kind = kind
        self.dimension = dimension
        isOfInnerProducts = arithmetic == .innerProduct
    }

    /// Throws `IndexError.unsupportedKind` unless rows of that dimension and metric can be in such an index.
    public func check(dimension: Int, metric: Metric) throws(IndexError) {
        guard dimension == self.dimension else {
            throw .unsupportedKind(
                kind.description,
                reason: "the index was trained for \(self.dimension) dimensions, not \(dimension)"
            )
        }
        let arithmetic = try kind.arithmetic(dimension: dimension, metric: metric).metric
        guard (arithmetic == .innerProduct) == isOfInnerProducts else {
            throw .unsupportedKind(
                kind.description,
                reason: "the index was trained for another metric than \(metric)"
            )
        }
    }

    /// An index of its own that takes rows.
    func index() throws(IndexError) -> FAISS.Index { try Self.index(bytes) }

    private static func index(_ bytes: [UInt8]) throws(IndexError) -> FAISS.Index {
        do {
            return try FAISS.Index(serialized: bytes.span.bytes)
        } catch .notAContainer {
        } catch {
            throw IndexError(reading: error)
        }
        do {
            return try FAISS.Index(trustingFAISSBytes: bytes.span.bytes)
        } catch {
            throw IndexError(reading: error)
        }
    }
}

extension IndexError {
    /// What an error of FAISS's says of bytes that were to be an index.
    fileprivate init(reading error: FAISSError) {
        self =
            switch error {
            case .outOfMemory: .building(message: error.description)
            default: .damagedIndex(reason: error.description)
            }
    }
}
