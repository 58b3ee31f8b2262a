/// What an index is made of, in FAISS's own notation: `Flat`, `IVF256,PQ32x4fs,RFlat`, `OPQ16_64,IVF1024_HNSW32,PQ16`,
/// `HNSW32,SQ8`, … (<doc:FactoryStrings> lists them all).
///
/// FAISS divides by zero, aborts or runs for ever on some strings (`IVF0`, `HNSW0`, …), so a string reaches it only
/// as the description of a value of this type, which holds nothing out of range.
public struct FactoryString: Sendable, Equatable {
    /// What the string stands for.
    public let structure: Structure

    /// Reads `text`; throws `.unsupportedFactory` with the reason for everything that this module does not build.
    ///
    /// Whether the parts also fit a dimension and a metric is seen when an index is made.
    public init(_ text: String) throws(FAISSError) {
        var parser = FactoryParser(text)
        structure = try parser.parse()
    }

    init(_ structure: Structure) {
        self.structure = structure
    }
}

extension FactoryString {
    /// The kinds of index. Those that need another to store their rows hold it.
    public indirect enum Structure: Sendable, Equatable {
        /// `Flat`: rows as float32, compared one by one.
        case flat
        /// `SQ8`, `SQ6`, `SQ4`, `SQfp16`: a small number a dimension.
        case scalarQuantizer(ScalarCode)
        /// `PQ16`, `PQ16x4`: rows cut into parts, each of which is the number of a centroid of `bits` bits.
        case productQuantizer(parts: Int, bits: Int)
        /// `PQ16x4fs`: a product quantiser of 4 bits a part, laid out for scanning in registers. With `residual` (`fsr`,
        /// inside `IVF` alone) rows are coded relative to their list's centroid.
        case fastScan(parts: Int, residual: Bool)
        /// `PQ8+16`, inside `IVF` alone: a product quantiser and a second one for what the first leaves over.
        case refinedProductQuantizer(parts: Int, refinementParts: Int)
        /// `RQ4x8`, `LSQ4x8`, `PRQ2x4x8`, `PLSQ2x4x8` and their FastScan forms: rows as sums of centroids.
        case additive(AdditiveCode)
        /// `LSH`, `LSHr`, `LSHt`, `LSHrt`: the signs of the dimensions, after a random rotation (`r`) or against
        /// medians that are learned (`t`).
        case signs(rotated: Bool, trained: Bool)
        /// `HNSW32,SQ8`: a Hierarchical Navigable Small World graph over rows that are stored as the rest says.
        case graph(M: Int, Structure)
        /// `NSG32,Flat`: a Navigating Spreading-out Graph. It takes its rows all at once.
        case spreadingGraph(R: Int, Structure)
        /// `IVF256,Flat`: rows in lists, one a centroid, of which a search visits the `nprobe` nearest.
        case inverted(Lists, Structure)
        /// `PCA64,…`: rows are transformed before they reach the rest.
        case transformed(Transform, Structure)
        /// `…,RFlat` or `…,Refine(SQ8)`: the hits of the first are compared again with rows stored as the second says.
        case refined(Structure, by: Structure)
        /// `IDMap,…` or `IDMap2,…` (`reversible`): rows under labels of the caller's.
        case labelled(Structure, reversible: Bool)
    }

    /// How a scalar quantiser stores a number.
    public enum ScalarCode: String, Sendable, Equatable, CaseIterable {
        /// Eight bits between the least and the greatest value seen in training.
        case eightBit = "SQ8"
        /// Six bits.
        case sixBit = "SQ6"
        /// Four bits.
        case fourBit = "SQ4"
        /// A float16. Needs no training.
        case float16 = "SQfp16"
    }

    /// The lists of an inverted index and how the nearest are found.
    public enum Lists: Sendable, Equatable {
        /// `IVF256`: by comparing with every centroid.
        case flat(count: Int)
        /// `IVF256_HNSW32`: through a graph over the centroids.
        case graph(count: Int, M: Int)
        /// `IVF256(…)`: through an index over the centroids: `SQ…`, `HNSW…`, with or without transforms.
        case index(count: Int, Structure)
        /// `IVF256(RCQ2x4)`: the lists are the sums of a residual quantiser's centroids.
        case residual([Stage])
        /// `IMI2x8`: the lists are the pairs of a two-part product quantiser's centroids.
        case pairs(bits: Int)

        /// How many lists there are.
        public var count: Int {
            switch self {
            case .flat(let count), .graph(let count, _), .index(let count, _): count
            case .residual(let stages): 1 << stages.reduce(0) { $0 + $1.count * $1.bits }
            case .pairs(let bits): 1 << (2 * bits)
            }
        }
    }

    /// Steps of an additive quantiser that are alike.
    public struct Stage: Sendable, Equatable {
        /// How many steps.
        public let count: Int
        /// Bits of the number of a centroid, in each.
        public let bits: Int
    }

    /// A quantiser whose codes are sums of centroids.
    public struct AdditiveCode: Sendable, Equatable {
        /// How codes are found.
        public enum Family: String, Sendable, Equatable, CaseIterable {
            /// One centroid after the other, each for what is left over (a beam is kept).
            case residual = "RQ"
            /// All together, by local search.
            case localSearch = "LSQ"
            /// A residual quantiser for each of several parts of a row.
            case productResidual = "PRQ"
            /// Local search in each of several parts of a row.
            case productLocalSearch = "PLSQ"
        }

        /// How the squared norm of a row is kept, which L2 distances from look-up tables need.
        public enum Norm: String, Sendable, Equatable, CaseIterable {
            /// Not at all.
            case none = "_Nnone"
            /// As float32.
            case float = "_Nfloat"
            /// In eight even steps' bits.
            case eightBit = "_Nqint8"
            /// In four even steps' bits.
            case fourBit = "_Nqint4"
            /// As one of 256 centroids.
            case eightBitCentroid = "_Ncqint8"
            /// As one of 16 centroids.
            case fourBitCentroid = "_Ncqint4"
            /// In two steps of a local search quantiser of 4 bits.
            case localSearch = "_Nlsq2x4"
            /// In two steps of a residual quantiser of 4 bits.
            case residual = "_Nrq2x4"
        }

        /// How codes are found.
        public let family: Family
        /// Parts into which a row is cut; 1 for the families without parts.
        public let parts: Int
        /// The steps, in each part.
        public let stages: [Stage]
        /// How norms are kept; nil is FAISS's choice, which is to decode rows (L2) or to need none (inner product).
        public let norm: Norm?
        /// Whether codes are laid out for scanning in registers. Every step then has 4 bits.
        public let isFastScan: Bool
        /// FastScan inside `IVF`: whether rows are coded relative to their list's centroid.
        public let isResidual: Bool

        /// All steps of all parts.
        var stepCount: Int { parts * stages.reduce(0) { $0 + $1.count } }
        /// The bits of the widest step.
        var widestBits: Int { stages.map(\.bits).max() ?? 0 }
    }

    /// What happens to rows before they are stored, and to queries before they are compared.
    public enum Transform: Sendable, Equatable {
        /// `PCA64`, `PCAW64`, `PCAR64`, `PCAWR64`: the first principal components, made of equal variance (`W`), rotated (`R`).
        case principalComponents(dimension: Int, whitened: Bool, rotated: Bool)
        /// `OPQ16`, `OPQ16_64`: a rotation that suits a product quantiser of so many parts.
        case productRotation(parts: Int, dimension: Int?)
        /// `ITQ`, `ITQ64`: a rotation that suits signs (iterative quantisation), after principal components.
        case signRotation(dimension: Int?)
        /// `RR`, `RR64`: a random rotation.
        case randomRotation(dimension: Int?)
        /// `L2norm`: rows are divided by their norm.
        case normalization
        /// `Pad64`: zeros are appended.
        case padding(dimension: Int)
    }
}
