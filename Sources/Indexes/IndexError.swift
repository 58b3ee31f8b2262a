/// What the bytes of an index are laid out as.
public enum IndexFormat: Sendable, Hashable, CustomStringConvertible {
    /// A graph over the stored rows (`GraphIndex`).
    case graph
    /// A FAISS index of a segment (`FAISSIndex`).
    case faiss

    /// The format in the words of errors.
    public var description: String {
        switch self {
        case .graph: "graph index"
        case .faiss: "FAISS index"
        }
    }
}

/// What went wrong with an index, and with what.
public enum IndexError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A query's vector, or an index's rows, have another dimension than the rows.
    case dimensionMismatch(expected: Int, found: Int)
    /// A query was prepared for another metric than the rows'.
    case metricMismatch(expected: Metric, found: Metric)
    /// The index was built over another number of rows than there are.
    case rowCountMismatch(IndexFormat, expected: Int, found: Int)
    /// A parameter is outside what is possible.
    case parameter(name: String, allowed: ClosedRange<Int>, found: Int)
    /// There are more rows than an index can number.
    case tooManyRows(limit: Int, found: Int)
    /// The bytes do not begin as a graph does.
    case notAGraph
    /// The bytes are of a version that this build does not read.
    case unsupportedVersion(IndexFormat, supported: UInt32, found: UInt32)
    /// The bytes end before, or go on after, what their header says.
    case wrongLength(IndexFormat, expected: UInt64, found: UInt64)
    /// A value in the bytes is impossible: what it is, at which byte, and what was found there.
    case corrupt(IndexFormat, what: String, offset: Int, found: UInt64)
    /// The bytes do not start at a multiple of `required`.
    case misaligned(IndexFormat, required: Int)
    /// The bytes do not begin as a FAISS index of a segment does.
    case notAnIndex
    /// A FAISS index does not agree with its checksums, with itself, or with the rows.
    case damagedIndex(reason: String)
    /// A factory string that cannot be the index of a collection.
    case unsupportedKind(String, reason: String)
    /// No index of the kind can be made of these rows, however often it is tried: too large numbers, rows that do not
    /// determine what is to be learned from them, and the like. A row named in the reason is the segment's.
    case unbuildable(reason: String)
    /// What building needs is not to be had, memory above all; FAISS's message.
    case building(message: String)
    /// FAISS failed in a search; its message.
    case searching(message: String)
    /// The caller asked to stop, or its deadline has passed.
    case cancelled

    /// One sentence that names what was wrong and what would be right.
    public var description: String {
        switch self {
        case .dimensionMismatch(let expected, let found):
            "a vector has \(found) numbers, the rows have \(expected)"
        case .metricMismatch(let expected, let found):
            "a query for the metric \(found) cannot search rows whose metric is \(expected)"
        case .rowCountMismatch(let format, let expected, let found):
            "a \(format) of \(found) rows cannot search \(expected) rows"
        case .parameter(let name, let allowed, let found):
            "\(name) is \(found), it must be in \(allowed.lowerBound)...\(allowed.upperBound)"
        case .tooManyRows(let limit, let found):
            "\(found) rows in one index, the limit is \(limit)"
        case .notAGraph:
            "not a graph index: its first bytes are not \"QVGRAPH\""
        case .unsupportedVersion(let format, let supported, let found):
            "a \(format) of version \(found), this build reads version \(supported)"
        case .wrongLength(let format, let expected, let found):
            "a \(format) of \(found) bytes, its header says \(expected)"
        case .corrupt(let format, let what, let offset, let found):
            "a \(format) is damaged: \(what) at byte \(offset) is \(found)"
        case .misaligned(let format, let required):
            "a \(format) must start at a multiple of \(required) bytes in memory"
        case .notAnIndex:
            "not a FAISS index of a segment: its first bytes are not \"QVINDEX\""
        case .damagedIndex(let reason):
            "a FAISS index is damaged: \(reason)"
        case .unsupportedKind(let text, let reason):
            "index \"\(text)\" cannot be a collection's: \(reason)"
        case .unbuildable(let reason):
            "no index can be made of these rows: \(reason)"
        case .building(let message):
            "the index could not be built: \(message)"
        case .searching(let message):
            "the index could not be searched: \(message)"
        case .cancelled:
            "cancelled"
        }
    }
}
