public import Indexes

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
