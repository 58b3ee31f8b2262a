public import Quiver

/// Brings documents from a ``DocumentReader`` into a collection, in batches that are each one commit.
///
/// A document without a vector gets the one that an encoder makes of its text, in the role `document`; a
/// vector that the input gives is stored as it is. Within a batch the last document of a key wins.
/// Memory is that of a batch, or of enough small batches to keep an encoder busy.
public struct Importer {
    /// How far an import has come.
    public struct Progress: Sendable, Equatable {
        /// Documents in all batches that are durable.
        public internal(set) var documentCount = 0
        /// Those of them that took the place of another, in the collection or in their own batch.
        public internal(set) var replacedCount = 0
        /// Documents that were encoded for batches that are still to come.
        public internal(set) var encodedCount = 0
    }

    /// What a progress handler hears of.
    public enum Event: Sendable, Equatable {
        /// Some more texts are encoded.
        case encoding
        /// A batch is durable.
        case acknowledged
    }

    /// Documents in a batch; at least 1.
    public var batchCount = 1000
    /// How many threads may encode at once, the caller's included.
    public var threadCount = 1
    /// Opens the encoder, once, when the first text is to be encoded; `nil` says that there is none.
    public var openEncoder: () throws(InterchangeError) -> (any Encoder)? = { nil }
    /// Totals over all runs.
    public private(set) var progress = Progress()

    private let collection: Collection
    private let vectorField: VectorField
    private var encoder: (any Encoder)?

    // Encoders sort texts by length; with fewer in hand they waste some of their speed.
    private static let encodingCount = 512

    /// An import into `collection`.
    ///
    /// - Throws: `refused` unless the collection has one vector field, the unnamed one.
    public init(into collection: Collection) throws(InterchangeError) {
        let fields = collection.configuration.vectorFields
        guard fields.count == 1, let field = fields.first, field.name == VectorField.unnamed else {
            throw .refused(
                .unknownVectorField(VectorField.unnamed, collection: collection.name),
                at: nil
            )
        }
        self.collection = collection
        vectorField = field
    }

    /// Imports everything from `reader`.
    ///
    /// When this throws, batches that were acknowledged are durable, and nothing of the one that failed
    /// or of later ones is kept.
    ///
    /// - Parameter handler: called from this thread after each event; false stops the import.
    public mutating func run(
        _ reader: any DocumentReader,
        handler: (Event, Progress) -> Bool
    ) throws(InterchangeError) {
        while true {
            let (batches, failure) = nextBatches(from: reader)
            if !batches.isEmpty {
                try write(batches, handler: handler)
            }
            if let failure { throw failure }
            if batches.isEmpty { return }
        }
    }

    /// Whole batches, enough of them to keep an encoder busy, and the error that ended their row.
    ///
    /// An input whose writer may be waiting for an acknowledgement gives one at a time.
    private func nextBatches(
        from reader: any DocumentReader
    ) -> (batches: [[SourceDocument]], failure: InterchangeError?) {
        var batches: [[SourceDocument]] = []
        var textCount = 0
        do throws(InterchangeError) {
            repeat {
                let batch = try reader.read(upTo: batchCount)
                if batch.isEmpty { break }
                textCount += batch.count { $0.vector == nil }
                batches.append(batch)
            } while reader.byteCount != nil && textCount > 0 && textCount < Self.encodingCount
        } catch {
            return (batches, error)
        }
        return (batches, nil)
    }

    private mutating func write(
        _ batches: [[SourceDocument]],
        handler: (Event, Progress) -> Bool
    ) throws(InterchangeError) {
        var batches = batches
        let failure = try encode(&batches, handler: handler)
        for batch in batches {
            try write(batch)
            progress.encodedCount = 0
            guard handler(.acknowledged, progress) else { throw .cancelled }
        }
        if let failure { throw failure }
    }

    /// Fills in the vectors that are missing. Where that is impossible, keeps the batches before and
    /// returns the reason.
    private mutating func encode(
        _ batches: inout [[SourceDocument]],
        handler: (Event, Progress) -> Bool
    ) throws(InterchangeError) -> InterchangeError? {
        var failure: InterchangeError?
        var texts: [String] = []
        checking: for (ordinal, batch) in batches.enumerated() {
            let kept = texts.count
            for document in batch where document.vector == nil {
                if let text = document.text, try currentEncoder() != nil {
                    texts.append(text)
                    continue
                }
                failure = .line(
                    file: document.position.file,
                    line: document.position.number,
                    column: nil,
                    problem: .missingVector(hasText: document.text != nil)
                )
                texts.removeSubrange(kept...)
                batches.removeSubrange(ordinal...)
                break checking
            }
        }
        guard !texts.isEmpty, let encoder = try currentEncoder() else { return failure }
        let rows = try vectors(of: texts, by: encoder, handler: handler)
        var next = 0
        for ordinal in batches.indices {
            for position in batches[ordinal].indices where batches[ordinal][position].vector == nil
            {
                batches[ordinal][position].vector = Array(rows[next..<next + encoder.dimension])
                next += encoder.dimension
            }
        }
        return failure
    }

    private mutating func currentEncoder() throws(InterchangeError) -> (any Encoder)? {
        if let encoder { return encoder }
        guard let opened = try openEncoder() else { return nil }
        guard opened.dimension == vectorField.dimension else {
            throw .encoder(
                reason: "the encoder makes vectors of dimension \(opened.dimension), collection "
                    + "\"\(collection.name)\" holds dimension \(vectorField.dimension); create a "
                    + "collection with --dimension \(opened.dimension)"
            )
        }
        encoder = opened
        return opened
    }

    private mutating func vectors(
        of texts: [String],
        by encoder: any Encoder,
        handler: (Event, Progress) -> Bool
    ) throws(InterchangeError) -> [Float] {
        let durable = progress
        defer { progress = durable }
        let rows: [Float]
        do {
            rows = try encoder.encode(texts, role: .document, threadCount: threadCount) { count in
                var encoding = durable
                encoding.encodedCount = count
                return handler(.encoding, encoding)
            }
        } catch is CancellationError {
            throw .cancelled
        } catch {
            throw .encoder(reason: "\(error)")
        }
        guard rows.count == texts.count * encoder.dimension else {
            throw .encoder(
                reason: "the encoder made \(rows.count) numbers of \(texts.count) texts, not "
                    + "\(texts.count * encoder.dimension)"
            )
        }
        return rows
    }

    private mutating func write(_ documents: [SourceDocument]) throws(InterchangeError) {
        var lastOfKey: [Key: Int] = [:]
        for (ordinal, document) in documents.enumerated() { lastOfKey[document.key] = ordinal }
        var batch = WriteBatch()
        for (ordinal, document) in documents.enumerated() where lastOfKey[document.key] == ordinal {
            let vector = document.vector ?? []
            guard vector.count == vectorField.dimension else {
                throw .refused(
                    .dimensionMismatch(
                        key: document.key,
                        field: vectorField.name,
                        expected: vectorField.dimension,
                        found: vector.count
                    ),
                    at: document.position
                )
            }
            batch.upsert(Document(key: document.key, text: document.text, vector: vector))
        }
        do {
            let receipt = try collection.write(batch)
            progress.replacedCount += receipt.replacedCount + documents.count - batch.count
            progress.documentCount += documents.count
        } catch {
            let ordinal = error.key.flatMap { lastOfKey[$0] }
            throw .refused(error, at: ordinal.map { documents[$0].position })
        }
    }
}

extension StoreError {
    /// The document that the error is about, if it is about one.
    var key: Key? {
        switch self {
        case .duplicateKey(let key), .unknownKey(let key), .missingVectors(let key, _),
            .textTooLong(let key, _, _):
            key
        case .dimensionMismatch(let key, _, _, _), .notFinite(let key, _, _, _),
            .normOverflow(let key, _, _), .zeroVector(let key, _, _),
            .float16Overflow(let key, _, _, _, _):
            key
        default: nil
        }
    }
}
