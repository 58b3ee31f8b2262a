import Indexes

/// What index a segment is to have of a field.
enum IndexPlan: Sendable {
    case graph(GraphParameters)
    case faiss(FAISSKind)
}

extension StoredField {
    /// Below this many rows, comparing them all costs less than it takes to be worth a graph.
    static let automaticGraphRowCount = 5_000

    /// The index that a segment of that many documents is to have, `nil` if its rows are compared one by one.
    func plan(over documentCount: Int) -> IndexPlan? {
        switch field.index {
        case .exact: return nil
        case .graph: return documentCount > 1 ? .graph(GraphParameters()) : nil
        case .automatic:
            return documentCount >= Self.automaticGraphRowCount ? .graph(GraphParameters()) : nil
        case .ivf:
            return InvertedFile.kind(rowCount: documentCount).map { .faiss($0) }
        case .faiss(let kind):
            if let M = kind.graphM {
                return documentCount > 1 ? .graph(GraphParameters(M: M)) : nil
            }
            if kind.isExact { return nil }
            return documentCount >= kind.minimumRowCount(dimension: field.dimension)
                ? .faiss(kind) : nil
        }
    }

    /// The index that a segment lacks, `nil` if it has it or is to have none.
    func missingIndex(of segment: Segment) -> IndexPlan? {
        guard !segment.hasIndex(of: id), segment.refusal(of: id) == nil else { return nil }
        return plan(over: segment.documentCount)
    }

    /// What the file of an index of this field is.
    var indexFileKind: SegmentFileKind {
        switch field.index {
        case .automatic, .exact, .graph: .graph
        case .ivf: .faiss
        case .faiss(let kind): kind.graphM == nil ? .faiss : .graph
        }
    }
}

extension IndexSpecification {
    /// Whether programs that know format version 1 alone could not read a collection of it.
    var needsFAISSFormat: Bool {
        switch self {
        case .automatic, .exact, .graph: false
        case .ivf, .faiss: true
        }
    }
}

extension VectorField {
    /// Throws unless the field's index can be built over its rows.
    func checkIndex() throws(StoreError) {
        guard case .faiss(let kind) = index else { return }
        do {
            try kind.check(dimension: dimension, metric: metric)
        } catch .unsupportedKind(let text, let reason) {
            throw .unsupportedIndex(text, reason: reason)
        } catch {
            throw .index(error)
        }
    }
}
