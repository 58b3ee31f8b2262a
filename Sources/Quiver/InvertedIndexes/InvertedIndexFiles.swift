import Files
import Synchronization
import TextIndex

/// The four files of a segment's inverted index of one field.
final class InvertedIndexFiles: TextIndexSource {
    /// In the order of `TextIndexPart.allCases`.
    let files: [SegmentFile]

    init(_ files: [SegmentFile]) {
        self.files = files
    }

    private func file(_ part: TextIndexPart) -> SegmentFile {
        files[TextIndexPart.allCases.firstIndex(of: part) ?? 0]
    }

    func byteCount(of part: TextIndexPart) -> Int { file(part).payloadByteCount }

    func bytes(of part: TextIndexPart, _ range: Range<Int>) throws -> UnsafeRawBufferPointer {
        try file(part).bytes(range)
    }
}

/// The inverted indexes of a segment that have been validated.
final class OpenInvertedIndexes: Sendable {
    private let indexes = Mutex<[UInt32: (files: InvertedIndexFiles, index: InvertedIndex)]>([:])
    private let inMemory = Mutex<[InvertedField: InvertedIndex?]>([:])

    /// The index in memory, made the first time.
    func index(
        inMemoryOf field: InvertedField,
        _ make: () throws(StoreError) -> InvertedIndex?
    ) throws(StoreError) -> InvertedIndex? {
        try inMemory.withLock { (indexes) throws(StoreError) in
            if let known = indexes[field] { return known }
            let index = try make()
            indexes[field] = .some(index)
            return index
        }
    }

    /// The index in `files`, validated the first time.
    func index(
        of field: InvertedField,
        _ files: InvertedIndexFiles,
        documentCount: Int
    ) throws(StoreError) -> InvertedIndex {
        try indexes.withLock { (indexes) throws(StoreError) in
            let paths = files.files.map(\.path)
            if let known = indexes[field.id], known.files.files.map(\.path) == paths {
                return known.index
            }
            let index = try asStoreError(of: paths[0]) { try InvertedIndex(files) }
            guard index.documentCount == documentCount else {
                throw .damaged(
                    file: paths[0],
                    reason:
                        "is of \(index.documentCount) documents where there are \(documentCount)"
                )
            }
            guard index.kind == field.kind else {
                throw .damaged(
                    file: paths[0],
                    reason: "is an index of \(index.kind) where \(field.kind) are expected"
                )
            }
            indexes[field.id] = (files, index)
            return index
        }
    }
}

/// Runs `body`, which reads an index of words in `file`, with the store's errors.
func asStoreError<Result: ~Copyable>(
    of file: String,
    _ body: () throws -> Result
) throws(StoreError) -> Result {
    do {
        return try body()
    } catch let error as StoreError {
        throw error
    } catch let error as FileError {
        throw .file(error)
    } catch {
        throw .damaged(file: file, reason: "\(error)")
    }
}

extension TextIndexPart {
    /// What the part's file is.
    var fileKind: SegmentFileKind {
        switch self {
        case .terms: .terms
        case .postings: .postings
        case .positions: .positions
        case .lengths: .lengths
        }
    }
}

/// Writes the four files.
struct InvertedIndexFilesWriter: ~Copyable, TextIndexOutput {
    private var terms: SegmentFileWriter
    private var postings: SegmentFileWriter
    private var positions: SegmentFileWriter
    private var lengths: SegmentFileWriter

    private init(
        terms: consuming SegmentFileWriter,
        postings: consuming SegmentFileWriter,
        positions: consuming SegmentFileWriter,
        lengths: consuming SegmentFileWriter
    ) {
        self.terms = terms
        self.postings = postings
        self.positions = positions
        self.lengths = lengths
    }

    /// - Parameter path: of the file of a part.
    init(
        in fileSystem: FileSystem,
        path: (TextIndexPart) -> String
    ) throws(FileError) {
        func file(_ part: TextIndexPart) throws(FileError) -> SegmentFileWriter {
            try SegmentFileWriter(creating: path(part), kind: part.fileKind, in: fileSystem)
        }
        // All of them are there before the value is: half of one cannot be destroyed.
        self.init(
            terms: try file(.terms),
            postings: try file(.postings),
            positions: try file(.positions),
            lengths: try file(.lengths)
        )
    }

    mutating func append(_ bytes: [UInt8], to part: TextIndexPart) throws {
        switch part {
        case .terms: try terms.append(bytes)
        case .postings: try postings.append(bytes)
        case .positions: try positions.append(bytes)
        case .lengths: try lengths.append(bytes)
        }
    }

    /// Makes the files durable.
    ///
    /// - Returns: what each is, in the order of `TextIndexPart.allCases`.
    consuming func finish() throws(FileError) -> [SegmentFileWriter.Summary] {
        [
            try terms.finish(), try postings.finish(), try positions.finish(),
            try lengths.finish(),
        ]
    }
}
