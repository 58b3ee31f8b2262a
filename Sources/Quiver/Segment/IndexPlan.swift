import Indexes

/// What index a segment is to have of a field.
enum IndexPlan: Sendable, Equatable {
    case graph(GraphParameters)
    case faiss(FAISSKind)
}

extension IndexSpecification {
    /// Below this many rows, comparing them all costs less than it takes to be worth a graph.
    static let automaticGraphRowCount = 5_000

    /// The index that a segment of that many rows is to have, `nil` if its rows are compared one by one.
    func plan(over rowCount: Int, dimension: Int) -> IndexPlan? {
        switch self {
        case .exact: return nil
        case .graph: return rowCount > 1 ? .graph(GraphParameters()) : nil
        case .automatic:
            return rowCount >= Self.automaticGraphRowCount ? .graph(GraphParameters()) : nil
        case .ivf:
            return InvertedFile.kind(rowCount: rowCount).map { .faiss($0) }
        case .faiss(let kind):
            if let M = kind.graphM {
                return rowCount > 1 ? .graph(GraphParameters(M: M)) : nil
            }
            if kind.isExact { return nil }
            return rowCount >= kind.minimumRowCount(dimension: dimension) ? .faiss(kind) : nil
        }
    }

    /// What the file of such an index is.
    var fileKind: SegmentFileKind {
        switch self {
        case .automatic, .exact, .graph: .graph
        case .ivf: .faiss
        case .faiss(let kind): kind.graphM == nil ? .faiss : .graph
        }
    }
}

/// What is to be done about a segment's index of a field.
enum IndexWork: Sendable {
    case build(IndexPlan)
    /// There is one that the field is to have no more.
    case remove
}

extension StoredField {
    /// What the segment's index of this field lacks to be what the field says, `nil` if nothing.
    func indexWork(of segment: Segment) -> IndexWork? {
        let rowCount = segment.rows(of: id).count
        let wanted = field.index.plan(over: rowCount, dimension: field.dimension)
        guard let built = segment.indexRecord(of: id) else {
            return segment.refusal(of: id) == nil ? wanted.map { .build($0) } : nil
        }
        let isAsWanted =
            built.specification(for: self)?.plan(over: rowCount, dimension: field.dimension)
            == wanted
        if isAsWanted { return nil }
        return wanted.map { .build($0) } ?? .remove
    }
}

extension SegmentRecord.Index {
    /// What it was built as.
    func specification(for field: StoredField) -> IndexSpecification? {
        specification.isEmpty ? field.field.index : try? IndexSpecification(parsing: specification)
    }

    func fileKind(for field: StoredField) -> SegmentFileKind {
        (specification(for: field) ?? field.field.index).fileKind
    }
}

extension VectorField {
    /// Throws unless the field's index can be built over its rows.
    func checkIndex() throws(StoreError) {
        if index == .ivf, metric == .hamming {
            throw .unsupportedIndex("ivf", reason: "rows of bits are searched by exact or graph")
        }
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
