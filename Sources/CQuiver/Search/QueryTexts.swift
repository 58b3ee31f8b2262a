import CQuiverABI
import Encoders
import Quiver

/// The sources of a search that are texts, and the rows that encoders make of them.
struct QueryTexts {
    /// What became of a text.
    struct Rows {
        let vectors: [[Float]]
        /// Whether it can be any number of them.
        let areOfTokens: Bool
    }

    private var rows: [Int: [Int: Rows]] = [:]

    /// Encodes the texts of all queries, those of one encoder together.
    init(
        _ queries: [[qv_source]],
        _ snapshot: Snapshot,
        _ request: SearchRequest,
        _ encoders: HeldEncoders
    ) throws(CallFailure) {
        var groups: [EncoderName: Group] = [:]
        for (query, sources) in queries.enumerated() {
            for (ordinal, source) in sources.enumerated() where source.text != nil {
                let name = "queries[\(query)]: sources[\(ordinal)]"
                let field = try Arguments.nameOrNil(source.vector_field, "\(name): vector_field")
                let encoder = EncoderName(
                    handle: source.encoder,
                    field: field ?? request.vectorField
                )
                groups[encoder, default: Group()].append(
                    try Arguments.encodedText(source.text, source.text_length, "\(name): text"),
                    query: query,
                    source: ordinal
                )
            }
        }
        for (name, group) in groups {
            try request.checkTime()
            let opened = try encoders.encoder(name.handle, of: name.field, in: snapshot)
            try request.checkTime()
            let vectors = try encoding {
                var failure: CallFailure?
                do {
                    return try opened.queryVectors(
                        of: group.texts,
                        threadCount: request.threadCount
                    ) { _ in
                        do throws(CallFailure) {
                            try request.checkTime()
                            return true
                        } catch {
                            failure = error
                            return false
                        }
                    }
                } catch {
                    throw failure ?? error
                }
            }
            for (place, vectors) in zip(group.places, vectors) {
                rows[place.query, default: [:]][place.source] = Rows(
                    vectors: vectors,
                    areOfTokens: !opened.encoder.givesOneRow
                )
            }
        }
    }

    /// The rows of a query's sources by their places.
    func rows(ofQuery number: Int) -> [Int: Rows] {
        rows[number] ?? [:]
    }
}

/// What says which encoder is meant.
private struct EncoderName: Hashable {
    let handle: qv_encoder
    let field: String?
}

/// Texts that are encoded together.
private struct Group {
    private(set) var texts: [String] = []
    private(set) var places: [(query: Int, source: Int)] = []

    mutating func append(_ text: String, query: Int, source: Int) {
        texts.append(text)
        places.append((query, source))
    }
}

extension SearchRequest {
    /// Throws if the search is to end now.
    fileprivate func checkTime() throws(CallFailure) {
        if let isCancelled, isCancelled() { throw CallFailure(StoreError.cancelled) }
        if let deadline, deadline <= .now { throw CallFailure(StoreError.deadlineExceeded) }
    }
}
