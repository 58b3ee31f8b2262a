import Quiver

/// What a writer does and readers can check at any moment: each batch writes the same documents anew with its number, and moves a
/// window of further ones on by one.
struct Generation: Equatable {
    let number: Int

    static let collection = "generations"
    static let documentCount = 50
    static let windowCount = 10
    static let configuration = CollectionConfiguration(dimension: 4, metric: .l2, index: .graph)

    /// The batch that leads here from the one before.
    var batch: WriteBatch {
        var batch = WriteBatch()
        for key in 0..<Self.documentCount { batch.upsert(document(UInt64(key))) }
        batch.upsert(document(windowKey(number)))
        if number > Self.windowCount {
            batch.delete(.integer(windowKey(number - Self.windowCount)))
        }
        return batch
    }

    private func windowKey(_ number: Int) -> UInt64 { UInt64(1_000 + number) }

    private func document(_ key: UInt64) -> Document {
        Document(
            key: .integer(key),
            text: "\(number)",
            vector: [Float(number), Float(key % 1_000), 1, 0]
        )
    }

    /// The generation that a snapshot shows.
    ///
    /// - Returns: what is wrong with it if it is not one as a whole.
    static func read(_ snapshot: Snapshot) throws(StoreError) -> Result<Generation, Torn> {
        let keys = (0..<documentCount).map { Key.integer(UInt64($0)) }
        let documents = try snapshot.documents(keys)
        guard let number = documents[0]?.text.flatMap({ Int($0) }) else {
            return .failure(Torn(what: "lacks the first document"))
        }
        let generation = Generation(number: number)
        for (key, document) in zip(keys, documents) {
            guard document?.text == "\(number)", document?.vector.first == Float(number) else {
                let text = document?.text ?? "nothing"
                return .failure(Torn(what: "\(key) is of batch \(text), others of \(number)"))
            }
        }
        let window = max(1, number - windowCount + 1)...number
        let around = max(1, window.lowerBound - 3)...(window.upperBound + 3)
        let found = try snapshot.documents(
            around.map { .integer(generation.windowKey($0)) },
            contents: []
        )
        for (place, document) in zip(around, found)
        where window.contains(place) != (document != nil) {
            return .failure(Torn(what: "batch \(number) with the document of batch \(place)"))
        }
        guard snapshot.liveCount == documentCount + window.count else {
            return .failure(Torn(what: "batch \(number) with \(snapshot.liveCount) documents"))
        }
        let query = SearchRequest(queries: [[Float(number), 7, 1, 0]], k: 5, contents: .text)
        let hits = try snapshot.search(query)[0].hits
        guard hits.first?.key == 7, hits.first?.score == 0 else {
            return .failure(Torn(what: "a search in batch \(number) finds \(hits)"))
        }
        return .success(generation)
    }

    /// A view that no batch has made.
    struct Torn: Error {
        let what: String
    }
}
