import CQuiverABI
import Quiver

extension SearchQuery {
    /// What a C caller looks for.
    ///
    /// - Parameters:
    ///   - rows: those of the sources that are texts, by their places.
    ///   - textFields: the names that can stand before a colon.
    init(
        _ query: qv_query,
        _ array: [qv_source],
        _ rows: [Int: QueryTexts.Rows],
        textFields: Set<String>,
        _ name: String
    ) throws(CallFailure) {
        var sources: [Source] = []
        var weights: [Double] = []
        for (ordinal, source) in array.enumerated() {
            let place = "\(name): sources[\(ordinal)]"
            sources.append(try Source(source, rows[ordinal], textFields: textFields, place))
            weights.append(try source.checkedWeight(place))
        }
        self.init(
            sources,
            fusion: try Fusion(query, weights: weights, name),
            scope: try SearchScope(query.scope, "\(name): scope")
        )
    }
}

extension SearchQuery.Source {
    fileprivate init(
        _ source: qv_source,
        _ rows: QueryTexts.Rows?,
        textFields: Set<String>,
        _ name: String
    ) throws(CallFailure) {
        let known = UInt32(
            QV_SOURCE_PLAIN | QV_SOURCE_BM25 | QV_SOURCE_WEIGHT | QV_SOURCE_COMBINATION
        )
        guard source.flags & ~known == 0 else {
            throw .argument("\(name): flags is \(source.flags), which has an unknown bit")
        }
        guard source.sparse_count == 0 else {
            let flags = UInt32(QV_SOURCE_PLAIN | QV_SOURCE_BM25 | QV_SOURCE_COMBINATION)
            guard source.hasNoVectors, source.match == nil, source.encoder == 0,
                source.flags & flags == 0
            else {
                throw .argument(
                    "\(name): a source has a sparse vector, or vectors, documents or match, not both"
                )
            }
            self = .sparse(
                SparseQuery(
                    try SparseVector(
                        source.sparse_indices,
                        source.sparse_values,
                        count: source.sparse_count,
                        "\(name): sparse vector"
                    ),
                    field: try Arguments.nameOrNil(source.sparse_field, "\(name): sparse_field")
                )
            )
            return
        }
        guard source.sparse_field == nil else {
            throw .argument("\(name): sparse_field belongs to a sparse vector")
        }
        guard source.match == nil else {
            guard source.hasNoVectors else {
                throw .argument("\(name): a source has match, or vectors and documents, not both")
            }
            self = .words(try WordQuery(source, textFields: textFields, name))
            return
        }
        guard source.flags & UInt32(QV_SOURCE_PLAIN | QV_SOURCE_BM25) == 0 else {
            throw .argument("\(name): QV_SOURCE_PLAIN and QV_SOURCE_BM25 belong to match")
        }
        self = .vectors(try VectorQuery(source, rows, name))
    }
}

extension qv_source {
    fileprivate var hasNoVectors: Bool {
        hasNoExamples && vector_field == nil && combination == 0 && text == nil
    }

    fileprivate var hasNoExamples: Bool {
        vector_count == 0 && like_count == 0 && unlike_vector_count == 0 && unlike_count == 0
    }

    fileprivate func checkedWeight(_ name: String) throws(CallFailure) -> Double {
        if flags & UInt32(QV_SOURCE_WEIGHT) != 0 { return weight }
        guard weight == 0 else {
            throw .argument("\(name): weight counts with QV_SOURCE_WEIGHT alone")
        }
        return 1
    }
}

extension VectorQuery {
    fileprivate init(
        _ source: qv_source,
        _ rows: QueryTexts.Rows?,
        _ name: String
    ) throws(CallFailure) {
        let isCombined = source.flags & UInt32(QV_SOURCE_COMBINATION) != 0
        if let rows {
            guard source.hasNoExamples else {
                throw .argument("\(name): a source has text, or vectors and documents, not both")
            }
            self.init(
                .vectors(rows.vectors),
                field: try Arguments.nameOrNil(source.vector_field, "\(name): vector_field"),
                combination: rows.areOfTokens && !isCombined && source.combination == 0
                    ? .maxSim : try Combination(source.combination, name)
            )
            return
        }
        guard !isCombined, source.text_length == 0, source.encoder == 0 else {
            throw .argument(
                "\(name): text_length, encoder and QV_SOURCE_COMBINATION belong to text"
            )
        }
        let vectors = try Arguments.vectors(
            source.vectors,
            count: source.vector_count,
            dimension: source.dimension,
            "\(name): vectors"
        )
        let unlikeVectors = try Arguments.vectors(
            source.unlike_vectors,
            count: source.unlike_vector_count,
            dimension: source.dimension,
            "\(name): unlike_vectors"
        )
        let like = try Arguments.keys(source.like, count: source.like_count, "\(name): like")
        let unlike = try Arguments.keys(
            source.unlike,
            count: source.unlike_count,
            "\(name): unlike"
        )
        let target: Target
        if unlike.isEmpty, unlikeVectors.isEmpty, like.isEmpty {
            target = .vectors(vectors)
        } else if unlike.isEmpty, unlikeVectors.isEmpty, vectors.isEmpty, like.count == 1 {
            target = .document(like[0])
        } else {
            target = .examples(
                positive: vectors.map { .vector($0) } + like.map { .document($0) },
                negative: unlikeVectors.map { .vector($0) } + unlike.map { .document($0) }
            )
        }
        self.init(
            target,
            field: try Arguments.nameOrNil(source.vector_field, "\(name): vector_field"),
            combination: try Combination(source.combination, name)
        )
    }
}

extension VectorQuery.Combination {
    fileprivate init(_ combination: UInt32, _ name: String) throws(CallFailure) {
        switch combination {
        case UInt32(QV_COMBINE_ANY): self = .any
        case UInt32(QV_COMBINE_MEAN): self = .mean
        case UInt32(QV_COMBINE_MAX_SIM): self = .maxSim
        default:
            throw .argument(
                "\(name): combination is \(combination), expected a QV_COMBINE_ constant"
            )
        }
    }
}

extension WordQuery {
    fileprivate init(
        _ source: qv_source,
        textFields: Set<String>,
        _ name: String
    ) throws(CallFailure) {
        let text = try Arguments.string(source.match, "\(name): match")
        if source.flags & UInt32(QV_SOURCE_PLAIN) != 0 {
            self.init(TextQuery(words: text))
        } else {
            do throws(TextIndexError) {
                self.init(try TextQuery(parsing: text, fields: textFields))
            } catch {
                throw CallFailure(status: QV_ERROR_SEARCH, message: "\(name): match: \(error)")
            }
        }
        if source.flags & UInt32(QV_SOURCE_BM25) != 0 {
            bm25 = BM25(k1: source.k1, b: source.b)
        } else if source.k1 != 0 || source.b != 0 {
            throw .argument("\(name): k1 and b count with QV_SOURCE_BM25 alone")
        }
    }
}

extension Fusion {
    fileprivate init(
        _ query: qv_query,
        weights: [Double],
        _ name: String
    ) throws(CallFailure) {
        guard query.rank_constant == 0 || query.fusion == UInt32(QV_FUSE_RANKS) else {
            throw .argument("\(name): rank_constant belongs to QV_FUSE_RANKS")
        }
        guard query.fuse == nil || query.fusion == UInt32(QV_FUSE_CUSTOM) else {
            throw .argument("\(name): fuse belongs to QV_FUSE_CUSTOM")
        }
        switch query.fusion {
        case UInt32(QV_FUSE_RANKS):
            self = .reciprocalRank(
                constant: query.rank_constant == 0 ? 60 : query.rank_constant,
                weights: weights
            )
        case UInt32(QV_FUSE_SCORES): self = .weighted(weights)
        case UInt32(QV_FUSE_CUSTOM):
            guard let fuse = query.fuse else { throw .argument("\(name): fuse is NULL") }
            self = .custom(FuseCallback(function: fuse, context: query.fuse_context).score)
        default:
            throw .argument("\(name): fusion is \(query.fusion), expected a QV_FUSE_ constant")
        }
    }
}
