internal import CKernels
internal import FAISS

extension FAISSIndex {
    /// A finished index that has not been written yet. Owns all that it holds.
    public struct Built: ~Copyable {
        fileprivate let index: FAISS.Index
        fileprivate var format: FAISSFormat

        /// Hands the bytes for `init(mapping:rows:)` to `sink`, front to back; `false` from it stops with `.cancelled`.
        public borrowing func write(_ sink: (UnsafeRawBufferPointer) -> Bool) throws(IndexError) {
            var format = format
            // The container says its own length in its first piece, and the header comes before it.
            var isFirst = true
            do {
                try index.write { (bytes: UnsafeRawBufferPointer) in
                    if isFirst {
                        isFirst = false
                        format.containerByteCount = FAISS.Index.containerByteCount(header: bytes)
                        let header = format.encoded()
                        guard header.withUnsafeBytes(sink) else { return false }
                    }
                    return sink(bytes)
                }
            } catch .cancelled {
                throw .cancelled
            } catch {
                throw .building(message: error.description)
            }
        }
    }

    /// Builds an index of `rows`.
    ///
    /// Trains with a sample of the rows, chosen by the seed, and adds all of them in portions. The memory is that of the
    /// finished index, the training rows and a portion. Blocks; the caller's thread and up to
    /// `settings.threadCount - 1` others work, where the kind can use them. The same rows, kind and seed give the
    /// same bytes.
    ///
    /// - Parameters:
    ///   - rows: what is indexed.
    ///   - kind: what the index is made of.
    ///   - trained: what the index begins with in the place of training, if it is given; of the same kind, dimension and metric.
    ///   - settings: threads, seed and memory.
    ///   - progress: told how many rows are added; `false` stops the build.
    /// - Throws: `IndexError.unsupportedKind`; `.unbuildable` if it is the rows that stand against it; `.building` if there
    ///   is too little memory; `.cancelled`.
    public static func build(
        rows: Rows,
        kind: FAISSKind,
        trained: TrainedIndex? = nil,
        settings: FAISSBuildSettings = FAISSBuildSettings(),
        progress: (_ rowsDone: Int) -> Bool = { _ in true }
    ) throws(IndexError) -> Built {
        let (metric, isNormalized) = try kind.arithmetic(
            dimension: rows.dimension,
            metric: rows.metric
        )
        if let trained {
            precondition(trained.kind == kind, "trained for another kind")
            try trained.check(dimension: rows.dimension, metric: rows.metric)
        }
        do {
            var index =
                if let trained { try trained.index() } else {
                    try FAISS.Index(
                        dimension: rows.dimension,
                        factory: kind.description,
                        metric: metric
                    )
                }
            if case .graph = kind.structure?.rows { try index.setEfConstruction(efConstruction) }
            let decoder = RowDecoder(rows: rows, isNormalized: isNormalized)
            if trained == nil, index.requiredTrainingRows > 0 {
                let sample = trainingRows(of: rows, kind: kind, settings: settings)
                guard progress(0) else { throw FAISSError.cancelled }
                do throws(FAISSError) {
                    try index.train(
                        decoder.decode(sample).span,
                        threadCount: max(1, settings.threadCount)
                    ) { _, _ in progress(0) }
                } catch {
                    throw error.renumbered { sample[$0] }
                }
            }
            // A graph that takes its rows once gets them all.
            let portion =
                index.takesRowsOnce
                ? rows.count : max(1_024, (32 << 20) / (rows.dimension * 4))
            var first = 0
            while first < rows.count {
                let end = min(first + portion, rows.count)
                do throws(FAISSError) {
                    try index.add(
                        decoder.decode(first..<end).span,
                        threadCount: max(1, settings.threadCount)
                    ) { done, _ in progress(min(first + done, end)) }
                } catch {
                    throw error.renumbered { first + $0 }
                }
                first = end
                guard progress(first) else { throw FAISSError.cancelled }
            }
            let listCount = kind.structure?.listCount
            return Built(
                index: index,
                format: FAISSFormat(
                    metric: rows.metric,
                    isNormalized: isNormalized,
                    factory: kind.description,
                    rowCount: rows.count,
                    dimension: rows.dimension,
                    nprobe: listCount.map(InvertedFile.nprobe(listCount:)) ?? 0,
                    seed: settings.seed,
                    containerByteCount: 0
                )
            )
        } catch let error as FAISSError {
            throw IndexError(building: error)
        } catch let error as IndexError {
            throw error
        } catch {
            throw .building(message: "\(error)")
        }
    }

    /// As many candidates as a graph of ours keeps while its rows are linked.
    private static let efConstruction = GraphParameters().efConstruction

    /// The rows to train with, ascending: all, or a sample without repetition (Knuth, volume 2, algorithm S).
    private static func trainingRows(
        of rows: Rows,
        kind: FAISSKind,
        settings: FAISSBuildSettings
    ) -> [Int] {
        let affordable = settings.trainingByteCount / (rows.dimension * 4)
        // k-means takes no more than 256 rows a centroid.
        let least = kind.minimumRowCount(dimension: rows.dimension)
        let useful = 256 * max(least, 256)
        let count = min(rows.count, max(least, min(useful, affordable)))
        guard count < rows.count else { return Array(0..<rows.count) }
        var random = SampleGenerator(state: settings.seed)
        var sample: [Int] = []
        sample.reserveCapacity(count)
        for row in 0..<rows.count {
            let left = UInt64(rows.count - row)
            if random.next() % left < UInt64(count - sample.count) { sample.append(row) }
        }
        return sample
    }
}

extension IndexError {
    /// What an error of FAISS's means for the rows: whatever is neither memory nor the caller's wish comes again with the
    /// same rows.
    init(building error: FAISSError) {
        self =
            switch error {
            case .cancelled: .cancelled
            case .outOfMemory: .building(message: error.description)
            default: .unbuildable(reason: error.description)
            }
    }
}

extension FAISSError {
    /// The error with `number` of the row that it is about.
    fileprivate func renumbered(_ number: (_ row: Int) -> Int) -> FAISSError {
        switch self {
        case .tooLarge(let row, let limit): .tooLarge(row: number(row), limit: limit)
        case .notFinite(let row): .notFinite(row: number(row))
        default: self
        }
    }
}

/// Steele, Lea and Flood's SplitMix64 (2014).
private struct SampleGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}

/// Stored rows as FAISS takes them: float32, divided by their norms under cosine.
private struct RowDecoder {
    let rows: Rows
    let isNormalized: Bool

    func decode(_ numbers: some Collection<Int>) -> [Float] {
        let dimension = rows.dimension
        let count = numbers.count * dimension
        return [Float](unsafeUninitializedCapacity: count) { values, initialized in
            guard var out = values.baseAddress else { return }
            withUnsafePointer(to: rows.view) { view in
                for row in numbers {
                    qk_decode_row(view, UInt64(row), out)
                    if isNormalized, let norms = view.pointee.norms, norms[row] > 0 {
                        for place in 0..<dimension { out[place] /= norms[row] }
                    }
                    out += dimension
                }
            }
            initialized = count
        }
    }
}
