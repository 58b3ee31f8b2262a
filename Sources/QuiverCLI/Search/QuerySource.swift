import Encoders
import Interchange
import Quiver

/// The vectors, documents or words that a search was told to look for, some queries at a time.
struct QuerySource {
    /// What one query looks for beside words.
    struct Part {
        /// `nil` where only words or a sparse vector are looked for.
        var target: VectorQuery.Target?
        var sparse: SparseVector?
    }

    private enum Source {
        case once(VectorQuery.Target?)
        case file(VectorFile, name: String)
    }

    /// Queries that are read and answered together.
    private static let batchCount = 256

    /// `nil` where only words are looked for.
    let vectorField: String?
    let encoder: EncoderIdentity?
    /// What several vectors look for, unless the command says so.
    private(set) var combination = VectorQuery.Combination.any
    private let source: Source
    private let together: Bool
    /// One for all queries, or one for each.
    private let sparse: [SparseVector]
    private var position = 0
    private var first = 0

    init(_ command: SearchCommand, _ snapshot: Snapshot) throws {
        together = command.together
        sparse = try command.sparse.map { try Self.sparseVectors(at: $0) } ?? []
        guard command.text != nil || command.vectors != nil || command.hasExamples else {
            (vectorField, encoder, source) = (command.vectorField, nil, .once(nil))
            return
        }
        let field = try snapshot.configuration.vectorField(
            command.vectorField,
            ofCollection: command.target.collection
        )
        vectorField = field.name
        if let text = command.text {
            let encoder = try Self.encoder(command, snapshot, field)
            source = .once(.vectors(try encoder.queryVectors(of: text)))
            // What encodes tokens is searched by them.
            combination = encoder.encoder.givesOneRow ? .any : .maxSim
            // Where the collection remembers none, that its vectors are this one's is the caller's word.
            self.encoder =
                try snapshot.encoder(of: field.name) == nil ? nil : encoder.identity
        } else if let path = command.vectors, !command.hasExamples {
            source = .file(try VectorFile(path: path), name: path)
            encoder = nil
        } else {
            source = .once(try Self.examples(command))
            encoder = nil
        }
    }

    /// What is like some documents and vectors, and unlike others.
    private static func examples(_ command: SearchCommand) throws -> VectorQuery.Target {
        let like = command.like.map { VectorQuery.Example.document($0.key) }
        let unlike = command.unlike.map { VectorQuery.Example.document($0.key) }
        let vectors = try vectors(at: command.vectors)
        let unlikeVectors = try Self.vectors(at: command.unlikeVectors)
        if let key = command.like.first?.key, like.count == 1,
            vectors.isEmpty, unlike.isEmpty, unlikeVectors.isEmpty
        {
            return .document(key)
        }
        return .examples(positive: vectors + like, negative: unlikeVectors + unlike)
    }

    private static func vectors(at path: String?) throws -> [VectorQuery.Example] {
        guard let path else { return [] }
        let file = try VectorFile(path: path)
        return try vectors(0..<file.count, of: file).map { .vector($0) }
    }

    private static func vectors(_ rows: Range<Int>, of file: VectorFile) throws -> [[Float]] {
        let numbers = try file.rows(rows)
        return rows.map { row in
            let start = (row - rows.lowerBound) * file.dimension
            return Array(numbers[start..<start + file.dimension])
        }
    }

    private static func encoder(
        _ command: SearchCommand,
        _ snapshot: Snapshot,
        _ field: VectorField
    ) throws -> OpenedEncoder {
        if let folder = command.encoder {
            // The same one, elsewhere.
            var description =
                try rememberedDescription(of: snapshot, field.name)
                ?? EncoderDescription(folder: folder)
            description.folder = folder
            return try OpenedEncoder(opening: description)
        }
        guard let remembered = try openRememberedEncoder(of: snapshot, field.name) else {
            throw StoreError.noEncoder(collection: command.target.collection)
        }
        return remembered
    }

    private static func sparseVectors(at path: String) throws -> [SparseVector] {
        let reader = try SparseVectorReader(path: path, isCancelled: { Signals.isInterrupted })
        var vectors: [SparseVector] = []
        while let vector = try reader.next() { vectors.append(vector) }
        guard !vectors.isEmpty else {
            throw StoreError.invalidSearch(reason: "\(path) has no sparse vector")
        }
        return vectors
    }

    /// The next queries; `nil` at the end.
    mutating func next() throws -> [Part]? {
        let first = position
        guard let targets = try nextTargets() else { return nil }
        return targets.enumerated().map { place, target in
            let vector = sparse.count > 1 ? sparse[first + place] : sparse.first
            return Part(target: target, sparse: vector)
        }
    }

    private mutating func nextTargets() throws -> [VectorQuery.Target?]? {
        first = position
        switch source {
        case .once(let target):
            let count = target == nil ? max(1, sparse.count) : 1
            try checkSparse(count: count)
            guard position < count else { return nil }
            let end = min(position + Self.batchCount, count)
            defer { position = end }
            return Array(repeating: target, count: end - position)
        case .file(let file, _):
            try checkSparse(count: together ? 1 : file.count)
            guard position < file.count else { return nil }
            let end = together ? file.count : min(position + Self.batchCount, file.count)
            let rows = position..<end
            position = rows.upperBound
            let vectors = try Self.vectors(rows, of: file)
            return together ? [.vectors(vectors)] : vectors.map { .vectors([$0]) }
        }
    }

    private func checkSparse(count: Int) throws {
        guard sparse.count <= 1 || sparse.count == count else {
            throw StoreError.invalidSearch(
                reason: "there are \(sparse.count) sparse vectors for \(count) queries"
            )
        }
    }

    /// `error` with the row of the file that it is about.
    func refusal(of error: StoreError) -> any Error {
        guard case .file(_, let name) = source, !together else { return error }
        let row: Int
        let moved: StoreError
        switch error {
        case .dimensionMismatch(nil, _, _, _):
            (row, moved) = (first, error)
        case .notFinite(nil, let field, let query, let position):
            row = first + query
            moved = .notFinite(key: nil, field: field, row: row, position: position)
        case .notABit(nil, let field, let query, let position, let value):
            row = first + query
            moved = .notABit(
                key: nil,
                field: field,
                row: row,
                position: position,
                value: value
            )
        case .normOverflow(nil, let field, let query):
            row = first + query
            moved = .normOverflow(key: nil, field: field, row: row)
        case .zeroVector(nil, let field, let query):
            row = first + query
            moved = .zeroVector(key: nil, field: field, row: row)
        default: return InterchangeError.refused(error, at: nil)
        }
        return InterchangeError.refused(
            moved,
            at: SourcePosition(file: name, unit: .row, number: row)
        )
    }
}
