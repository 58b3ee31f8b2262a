public import Indexes

/// One named space of vectors in a collection.
public struct VectorField: Sendable, Hashable {
    /// The name of the only vector field of a collection made without naming one.
    public static let unnamed = ""

    /// The name, unique in its collection.
    public var name: String
    /// 1…65,536.
    public var dimension: Int
    /// What "near" means.
    public var metric: Metric
    /// How the numbers are stored.
    public var storage: Storage
    /// How sealed segments are searched.
    public var index: IndexSpecification

    /// A vector field. Checked when a collection is made of it.
    public init(
        name: String = VectorField.unnamed,
        dimension: Int,
        metric: Metric = .cosine,
        storage: Storage = .float32,
        index: IndexSpecification = .automatic
    ) {
        self.name = name
        self.dimension = dimension
        self.metric = metric
        self.storage = storage
        self.index = index
    }

    /// The largest dimension.
    public static let maximumDimension = 65_536
}

/// How the rows of a sealed segment are searched.
public enum IndexSpecification: Sendable, Hashable {
    /// `exact` for small segments, `graph` for the others.
    case automatic
    /// Every row is compared.
    case exact
    /// An HNSW graph (Malkov and Yashunin, 2018), built by FAISS.
    case graph
    /// An inverted file: as many k-means lists as suit a segment, rows in them as one byte a number
    /// (`InvertedFile`). Segments below `InvertedFile.minimumRowCount` rows are compared row by row.
    case ivf
    /// Any FAISS index, by its factory string. A segment with too few rows to train it is compared row by row.
    case faiss(FAISSKind)

    /// Reads `automatic`, `exact`, `graph`, `ivf`, or a FAISS factory string such as `IVF1024,PQ48x4fs`.
    ///
    /// - Throws: `StoreError.unsupportedIndex` with the reason for everything that cannot serve a collection.
    public init(parsing text: String) throws(StoreError) {
        switch text {
        case "automatic": self = .automatic
        case "exact": self = .exact
        case "graph": self = .graph
        case "ivf": self = .ivf
        default:
            do {
                self = .faiss(try FAISSKind(text))
            } catch .unsupportedKind(let text, let reason) {
                throw .unsupportedIndex(text, reason: reason)
            } catch {
                throw .index(error)
            }
        }
    }
}

extension IndexSpecification: CustomStringConvertible {
    /// What `init(parsing:)` reads.
    public var description: String {
        switch self {
        case .automatic: "automatic"
        case .exact: "exact"
        case .graph: "graph"
        case .ivf: "ivf"
        case .faiss(let kind): kind.description
        }
    }
}

extension IndexSpecification {
    /// The settings that a search of the field may have.
    public var searchSettings: Set<SearchSetting> {
        switch self {
        case .exact: []
        case .automatic, .graph: [.efSearch]
        case .ivf: [.nprobe, .candidateFactor]
        case .faiss(let kind): kind.searchSettings
        }
    }

    /// Throws for the first of `settings` that a search of the field cannot have.
    func check(_ settings: [SearchSetting]) throws(StoreError) {
        for setting in settings where !searchSettings.contains(setting) {
            throw .unknownSearchSetting(setting, index: description)
        }
    }
}

/// What a collection holds.
public struct CollectionConfiguration: Sendable, Hashable {
    /// The vector fields, one in this version.
    public var vectorFields: [VectorField]

    /// A collection of these fields.
    public init(vectorFields: [VectorField]) {
        self.vectorFields = vectorFields
    }

    /// A collection with one unnamed vector field.
    public init(
        dimension: Int,
        metric: Metric = .cosine,
        storage: Storage = .float32,
        index: IndexSpecification = .automatic
    ) {
        self.init(vectorFields: [
            VectorField(dimension: dimension, metric: metric, storage: storage, index: index)
        ])
    }
}

/// What "near" means, under the engine's own name.
public typealias Metric = Indexes.Metric

/// What a search can be told about how thoroughly it looks, under the engine's own name.
public typealias SearchSetting = Indexes.SearchSetting

/// A FAISS index by its factory string, under the engine's own name.
public typealias FAISSKind = Indexes.FAISSKind

/// How a field's numbers are stored, under the engine's own name.
public typealias Storage = Indexes.Storage
