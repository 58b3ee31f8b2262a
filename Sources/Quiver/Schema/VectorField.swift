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
    /// Whether a document may have no row of the field. A field that is added to a collection later always is, since the
    /// documents of before have none.
    public var isOptional: Bool
    /// What each row carries beside its numbers.
    public var rowColumns: [RowColumn]

    /// A vector field. Checked when a collection is made of it.
    public init(
        name: String = VectorField.unnamed,
        dimension: Int,
        metric: Metric = .cosine,
        storage: Storage = .float32,
        index: IndexSpecification = .automatic,
        isOptional: Bool = false,
        rowColumns: [RowColumn] = []
    ) {
        self.name = name
        self.dimension = dimension
        self.metric = metric
        self.storage = storage
        self.index = index
        self.isOptional = isOptional
        self.rowColumns = rowColumns
    }

    /// The largest dimension.
    public static let maximumDimension = 65_536
    /// The most row columns of one vector field.
    public static let maximumRowColumnCount = 100
}

/// What "near" means, under the engine's own name.
public typealias Metric = Indexes.Metric

/// What a search can be told about how thoroughly it looks, under the engine's own name.
public typealias SearchSetting = Indexes.SearchSetting

/// A FAISS index by its factory string, under the engine's own name.
public typealias FAISSKind = Indexes.FAISSKind

/// What an index learns from rows before it takes any, under the engine's own name.
public typealias TrainedIndex = Indexes.TrainedIndex

/// How a field's numbers are stored, under the engine's own name.
public typealias Storage = Indexes.Storage
