public import Quiver

/// Brings documents from a ``DocumentReader`` into a collection, in batches that are each one commit.
///
/// A document without a vector of the chosen field gets those that an encoder makes of its text, in the role
/// `document`, and the row columns that the encoder gives with them; a vector that the input gives is stored as it is. Within a batch the last document of a key wins.
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
    /// Whether a key that is there, in the collection or earlier in its batch, is refused instead of replaced.
    public var isInserting = false
    /// How texts are encoded: cut or not, and on how many threads.
    public var request = EncodingRequest(role: .document)
    /// Opens the encoder, once, when the first text is to be encoded; `nil` says that there is none.
    public var openEncoder: () throws(InterchangeError) -> (any Encoder)? = { nil }
    /// Totals over all runs.
    public private(set) var progress = Progress()

    private let collection: Collection
    private let vectorFields: [String: VectorField]
    /// The field whose missing vectors are made of texts, if there is one.
    private let chosenField: VectorField?
    private var encoder: (any Encoder)?

    // Encoders sort texts by length; with fewer in hand they waste some of their speed.
    private static let encodingCount = 512

    /// An import into `collection`.
    ///
    /// - Parameter vectorField: whose missing vectors an encoder makes; `nil` stands for the only vector field, and for
    ///   none where there are several.
    /// - Throws: `refused` if the collection has no such field.
    public init(
        into collection: Collection,
        vectorField: String? = nil
    ) throws(InterchangeError) {
        let fields = collection.configuration.vectorFields
        if let vectorField {
            guard let field = fields.first(where: { $0.name == vectorField }) else {
                throw .refused(
                    .unknownVectorField(vectorField, collection: collection.name),
                    at: nil
                )
            }
            chosenField = field
        } else {
            chosenField = fields.count == 1 ? fields.first : nil
        }
        self.collection = collection
        vectorFields = Dictionary(
            fields.map { ($0.name, $0) },
            uniquingKeysWith: { first, _ in first }
        )
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
                textCount += batch.count { needsVector($0) }
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

    /// Whether the document has no vector of the chosen field.
    private func needsVector(_ document: SourceDocument) -> Bool {
        chosenField.map { document.vectors[$0.name] == nil } ?? false
    }

    /// Fills in the vectors that are missing. Where that is impossible, keeps the batches before and
    /// returns the reason.
    private mutating func encode(
        _ batches: inout [[SourceDocument]],
        handler: (Event, Progress) -> Bool
    ) throws(InterchangeError) -> InterchangeError? {
        guard let chosenField else { return nil }
        var failure: InterchangeError?
        var texts: [String] = []
        var places: [(batch: Int, document: Int)] = []
        checking: for (ordinal, batch) in batches.enumerated() {
            let kept = texts.count
            for (position, document) in batch.enumerated() where needsVector(document) {
                if let text = document.text, try currentEncoder(for: chosenField) != nil {
                    texts.append(text)
                    places.append((ordinal, position))
                    continue
                }
                if chosenField.isOptional { continue }
                failure = .line(
                    file: document.position.file,
                    line: document.position.number,
                    column: nil,
                    problem: .missingVector(
                        field: chosenField.name,
                        hasText: document.text != nil
                    )
                )
                texts.removeSubrange(kept...)
                batches.removeSubrange(ordinal...)
                break checking
            }
        }
        guard !texts.isEmpty, let encoder = try currentEncoder(for: chosenField) else {
            return failure
        }
        let encoded = try encode(texts, by: encoder, handler: handler)
        for (ordinal, place) in places.prefix(texts.count).enumerated() {
            let range = encoded.rowRange(of: ordinal)
            // A text without tokens; whether its document may do without rows is the store's to say.
            if range.isEmpty { continue }
            batches[place.batch][place.document].add(
                SourceRows(numbers: Array(encoded.rows(of: ordinal)), rowCount: range.count),
                columns: encoded.columns(of: ordinal, for: chosenField),
                to: chosenField
            )
        }
        return failure
    }

    private mutating func currentEncoder(
        for field: VectorField
    ) throws(InterchangeError) -> (any Encoder)? {
        if let encoder { return encoder }
        guard let opened = try openEncoder() else { return nil }
        let dimension = opened.dimension(for: request)
        guard dimension == field.dimension else {
            throw .encoder(
                reason: "the encoder makes vectors of dimension \(dimension), collection "
                    + "\"\(collection.name)\" holds dimension \(field.dimension); create a "
                    + "collection with --dimension \(dimension)"
            )
        }
        encoder = opened
        return opened
    }

    private mutating func encode(
        _ texts: [String],
        by encoder: any Encoder,
        handler: (Event, Progress) -> Bool
    ) throws(InterchangeError) -> EncodedTexts {
        let durable = progress
        defer { progress = durable }
        let encoded: EncodedTexts
        do {
            encoded = try encoder.encode(texts, request) { count in
                var encoding = durable
                encoding.encodedCount = count
                return handler(.encoding, encoding)
            }
        } catch is CancellationError {
            throw .cancelled
        } catch {
            throw .encoder(reason: "\(error)")
        }
        let dimension = encoder.dimension(for: request)
        guard encoded.textCount == texts.count, encoded.dimension == dimension else {
            throw .encoder(
                reason: "the encoder made rows of \(encoded.dimension) numbers of "
                    + "\(encoded.textCount) texts, not of \(dimension) numbers of \(texts.count)"
            )
        }
        return encoded
    }

    private mutating func write(_ documents: [SourceDocument]) throws(InterchangeError) {
        var lastOfKey: [Key: Int] = [:]
        for (ordinal, document) in documents.enumerated() {
            let earlier = lastOfKey.updateValue(ordinal, forKey: document.key)
            if isInserting, earlier != nil {
                throw .refused(.keyExists(document.key), at: document.position)
            }
        }
        var batch = WriteBatch()
        for (ordinal, document) in documents.enumerated() where lastOfKey[document.key] == ordinal {
            let written = try written(document)
            if isInserting {
                batch.insert(written)
            } else {
                batch.upsert(written)
            }
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

    /// The document as the store takes it.
    ///
    /// Rows lose their length there: `[1,2,3,4]` is no two rows of dimension 2.
    private func written(_ document: SourceDocument) throws(InterchangeError) -> Document {
        for (name, rows) in document.vectors {
            guard let field = vectorFields[name], rows.dimension != field.dimension else {
                continue
            }
            throw .refused(
                .dimensionMismatch(
                    key: document.key,
                    field: name,
                    expected: field.dimension,
                    found: rows.dimension
                ),
                at: document.position
            )
        }
        return Document(
            key: document.key,
            text: document.text,
            fields: document.fields,
            vectors: document.vectors.mapValues(\.numbers),
            columns: document.columns
        )
    }
}

extension StoreError {
    /// The document that the error is about, if it is about one.
    var key: Key? {
        switch self {
        case .duplicateKey(let key), .unknownKey(let key), .keyExists(let key),
            .versionConflict(let key, _, _), .missingVectors(let key, _),
            .fieldTypeMismatch(let key, _, _, _), .invalidFieldValue(let key, _, _),
            .missingRowColumn(let key, _, _), .rowColumnMismatch(let key, _, _, _, _),
            .textTooLong(let key, _, _):
            key
        case .dimensionMismatch(let key, _, _, _), .notFinite(let key, _, _, _),
            .normOverflow(let key, _, _), .zeroVector(let key, _, _),
            .float16Overflow(let key, _, _, _, _), .notABit(let key, _, _, _, _):
            key
        default: nil
        }
    }
}

extension SourceDocument {
    /// Takes in what an encoder made of the text: rows, and those of their columns that the file has not given.
    fileprivate mutating func add(
        _ rows: SourceRows,
        columns: [String: RowColumnValues],
        to field: VectorField
    ) {
        vectors[field.name] = rows
        self.columns[field.name, default: [:]].merge(columns) { given, _ in given }
    }
}
