import Files
import TextIndex

/// Makes the inverted index of one field of documents that are to be, or are, a segment.
struct InvertedIndexWork {
    let field: InvertedField
    /// In the order of their keys.
    let documents: [CollectionView.Location]
    let view: CollectionView
    let fileSystem: FileSystem
    /// What the names of the files begin with, and those of others that are gone in the end.
    let path: (TextIndexPart) -> String
    /// Anonymous memory for what has been analysed and is not in a file yet.
    var memoryByteCount = defaultMemoryByteCount

    static let defaultMemoryByteCount = 32 << 20

    /// Writes the inverted indexes of new documents into the directory of their segment.
    ///
    /// - Parameter progress: told of the documents done, of each field in turn.
    static func writeAll(
        of documents: [CollectionView.Location],
        in view: CollectionView,
        to directory: String,
        fileSystem: FileSystem,
        memoryByteCount: Int = defaultMemoryByteCount,
        progress: (_ count: Int, _ total: Int) throws(StoreError) -> Void
    ) throws(StoreError) -> [SegmentRecord.Inverted] {
        var indexes: [SegmentRecord.Inverted] = []
        let fields = view.record.schema.invertedFields
        for (place, field) in fields.enumerated() {
            let work = InvertedIndexWork(
                field: field,
                documents: documents,
                view: view,
                fileSystem: fileSystem,
                path: { part in
                    "\(directory)/\(SegmentName.words(part, fieldID: field.id, generation: 1))"
                },
                memoryByteCount: memoryByteCount
            )
            let files = try work.write { (count) throws(StoreError) in
                try progress(place * documents.count + count, fields.count * documents.count)
            }
            indexes.append(
                .init(
                    fieldID: field.id,
                    generation: 1,
                    specification: field.specification,
                    files: files
                )
            )
        }
        if indexes.contains(where: { !$0.files.isEmpty }) {
            try asStoreError { () throws(FileError) in try fileSystem.syncDirectory(directory) }
        }
        return indexes
    }

    /// Writes the index; from the indexes that the documents have already, if all of them have one that is like it.
    ///
    /// - Parameter progress: told how many documents are done; it throws to stop the work.
    /// - Returns: no files if no document has a word.
    func write(
        progress: (_ count: Int) throws(StoreError) -> Void
    ) throws(StoreError) -> [SegmentFileWriter.Summary] {
        try asStoreError(of: path(.terms)) {
            if let parts = try mergedParts() {
                return try write(parts) { try progress(Int(Double(documents.count) * $0)) }
            }
            return try writeAnalysed(progress)
        }
    }

    /// The indexes of the segments that the documents come from; `nil` unless all of them have one of the same specification.
    private func mergedParts() throws -> [TextIndexMerger.Part]? {
        var numbers: [Int: (first: Int, numbers: [UInt32])] = [:]
        for (number, location) in documents.enumerated() {
            guard case .segment(let place, let ordinal) = location else { return nil }
            // The documents of a segment are in the order of their keys, too.
            if let first = numbers[place]?.first {
                let count = numbers[place]?.numbers.count ?? 0
                for _ in count..<max(count, ordinal - first) {
                    numbers[place]?.numbers.append(TextIndexMerger.Part.leftOut)
                }
                numbers[place]?.numbers.append(UInt32(number))
                continue
            }
            let segment = view.segments[place].segment
            // What was updated since has other texts, unless the text is the document's own.
            guard segment.invertedIndexRecord(of: field) != nil,
                field.id == StoredTextField.documentText
                    || (segment.patches == nil && view.segments[place].patches.isEmpty)
            else { return nil }
            numbers[place] = (ordinal, [UInt32(number)])
        }
        var parts: [TextIndexMerger.Part] = []
        for (place, found) in numbers.sorted(by: { $0.key < $1.key }) {
            guard let index = try view.segments[place].segment.invertedIndex(of: field) else {
                continue
            }
            parts.append(.init(index, from: found.first, numbers: found.numbers))
        }
        return parts
    }

    private func write(
        _ parts: [TextIndexMerger.Part],
        progress: (_ share: Double) throws -> Void
    ) throws -> [SegmentFileWriter.Summary] {
        guard parts.contains(where: \.hasTerms) else { return [] }
        let merger = try TextIndexMerger(parts, kind: field.kind, documentCount: documents.count)
        var output = try InvertedIndexFilesWriter(in: fileSystem, path: path)
        try merger.write(to: &output, progress: progress)
        return try output.finish()
    }

    private func writeAnalysed(
        _ progress: (_ count: Int) throws(StoreError) -> Void
    ) throws -> [SegmentFileWriter.Summary] {
        var parts: [TextIndexMerger.Part] = []
        var start = 0
        defer {
            // What cannot be removed now is swept when a writer opens the store.
            for piece in parts.indices {
                for part in TextIndexPart.allCases {
                    try? fileSystem.remove(piecePath(piece)(part))
                }
            }
        }
        while start < documents.count {
            var builder = InvertedFieldBuilder(field)
            let first = start
            try analyse(from: &start, into: &builder, progress)
            if first == 0, start == documents.count {
                guard !builder.isEmpty else { return [] }
                var output = try InvertedIndexFilesWriter(in: fileSystem, path: path)
                try builder.write(to: &output)
                return try output.finish()
            }
            var output = try InvertedIndexFilesWriter(in: fileSystem, path: piecePath(parts.count))
            try builder.write(to: &output)
            let summaries = try output.finish()
            var files: [SegmentFile] = []
            for (part, summary) in zip(TextIndexPart.allCases, summaries) {
                let path = piecePath(parts.count)(part)
                files.append(try SegmentFile(path: path, kind: part.fileKind, expected: summary))
            }
            parts.append(
                .init(
                    try InvertedIndex(InvertedIndexFiles(files)),
                    numbers: (first..<start).map { UInt32($0) }
                )
            )
        }
        return try write(parts) {
            try progress(documents.count / 2 + Int(Double(documents.count / 2) * $0))
        }
    }

    /// Adds documents until the memory is used up.
    private func analyse(
        from start: inout Int,
        into builder: inout InvertedFieldBuilder,
        _ progress: (_ count: Int) throws(StoreError) -> Void
    ) throws {
        // Writing takes as much again, at most.
        while start < documents.count, 2 * builder.byteCount < memoryByteCount {
            // Merging, where it is needed, is the other half.
            if start % 256 == 0 { try progress(start / 2) }
            try builder.append(documents[start..<(start + 1)], of: view)
            start += 1
        }
    }

    private func piecePath(_ piece: Int) -> (TextIndexPart) -> String {
        { "\(path($0))-\(piece)" }
    }
}
