import Files
import Indexes

/// Writes the files of a new segment into a directory under `staging`.
struct SegmentWriter {
    /// A document to write, in the order of the keys.
    struct Source {
        let key: EncodedKey
        let location: Snapshot.Location
    }

    private let core: StoreCore
    private let snapshot: Snapshot
    private let directory: String
    private var files: [SegmentManifest.File] = []

    init(directory: String, snapshot: Snapshot, core: StoreCore) {
        self.core = core
        self.snapshot = snapshot
        self.directory = directory
    }

    /// Writes and syncs the files of `documents`, then the directory; its name is not durable yet.
    ///
    /// - Parameter progress: told how many of `2 × documents.count` steps are done; `false` cancels.
    mutating func write(
        _ documents: [Source],
        progress: (_ stepCount: Int) throws(StoreError) -> Void
    ) throws(StoreError) -> SegmentRecord {
        try asStoreError { () throws(FileError) in
            try core.fileSystem.remove(directory)
            try core.fileSystem.makeDirectory(directory)
        }
        try writeKeys(documents)
        let versions = try writeTexts(documents, progress: progress)
        for field in snapshot.record.fields {
            try writeVectors(documents, of: field, progress: progress)
        }
        let manifest = SegmentManifest(
            collectionID: snapshot.collectionID,
            collectionName: snapshot.record.name,
            encoderHash: snapshot.record.encoder?.identity.hash ?? "",
            fields: snapshot.record.fields,
            documentCount: UInt64(documents.count),
            lowestVersion: versions.lowerBound,
            highestVersion: versions.upperBound,
            files: files
        )
        var file = try open(.manifest)
        try asStoreError { () throws(FileError) in try file.append(manifest.encoded()) }
        let summary = try finish(file)
        try asStoreError { () throws(FileError) in try core.fileSystem.syncDirectory(directory) }
        return SegmentRecord(
            documentCount: manifest.documentCount,
            byteCount: files.reduce(summary.byteCount) { $0 + $1.summary.byteCount },
            manifest: summary
        )
    }

    private func open(_ kind: SegmentFileKind, fieldID: UInt32 = 0) throws(StoreError)
        -> SegmentFileWriter
    {
        let path = "\(directory)/\(SegmentName.file(kind: kind, fieldID: fieldID))"
        do {
            return try SegmentFileWriter(creating: path, kind: kind, in: core.fileSystem)
        } catch {
            throw .file(error)
        }
    }

    private mutating func close(
        _ file: consuming SegmentFileWriter,
        _ kind: SegmentFileKind,
        fieldID: UInt32 = 0
    ) throws(StoreError) {
        files.append(.init(kind: kind, fieldID: fieldID, summary: try finish(file)))
    }

    private func finish(_ file: consuming SegmentFileWriter) throws(StoreError)
        -> SegmentFileWriter.Summary
    {
        do {
            return try file.finish()
        } catch {
            throw .file(error)
        }
    }

    private mutating func writeKeys(_ documents: [Source]) throws(StoreError) {
        var file = try open(.keys)
        try asStoreError { () throws(FileError) in
            try file.append(UInt64(documents.count))
            var offset: UInt64 = 0
            for document in documents {
                try file.append(offset)
                offset += UInt64(document.key.bytes.count)
            }
            try file.append(offset)
            for document in documents { try file.append(document.key.bytes) }
        }
        try close(file, .keys)
    }

    /// Writes texts and the documents' entries; gives the range of the documents' versions.
    private mutating func writeTexts(
        _ documents: [Source],
        progress: (_ stepCount: Int) throws(StoreError) -> Void
    ) throws(StoreError) -> ClosedRange<UInt64> {
        var texts = try open(.texts)
        var entries = try open(.documents)
        var lowest = UInt64.max
        var highest: UInt64 = 0
        for (ordinal, document) in documents.enumerated() {
            if ordinal % 4_096 == 0 { try progress(ordinal) }
            let version = try snapshot.version(at: document.location)
            lowest = min(lowest, version)
            highest = max(highest, version)
            let offset = texts.payloadByteCount
            try snapshot.withText(at: document.location) { (text) throws(StoreError) in
                guard let text else { return }
                try asStoreError { () throws(FileError) in try texts.append(text) }
            }
            let hash = try snapshot.textHash(at: document.location)
            let length = texts.payloadByteCount - offset
            try asStoreError { () throws(FileError) in
                try entries.append(version)
                try entries.append(hash)
                try entries.append(UInt64(offset))
                try entries.append(UInt64(length))
            }
        }
        try close(texts, .texts)
        try close(entries, .documents)
        return min(lowest, highest)...highest
    }

    private mutating func writeVectors(
        _ documents: [Source],
        of field: StoredField,
        progress: (_ stepCount: Int) throws(StoreError) -> Void
    ) throws(StoreError) {
        var file = try open(.vectors, fieldID: field.id)
        var norms: [Float] = []
        var scales: [Float] = []
        norms.reserveCapacity(documents.count)
        for (ordinal, document) in documents.enumerated() {
            if ordinal % 4_096 == 0 { try progress(documents.count + ordinal) }
            try snapshot.withStoredRow(at: document.location, of: field) {
                (values, norm, scale) throws(StoreError) in
                norms.append(norm)
                if let scale { scales.append(scale) }
                try asStoreError { () throws(FileError) in try file.append(values) }
            }
        }
        try asStoreError { () throws(FileError) in
            try file.align(to: 64)
            for norm in norms { try file.append(norm.bitPattern) }
            guard field.field.storage == .int8 else { return }
            try file.align(to: 64)
            for scale in scales { try file.append(scale.bitPattern) }
        }
        try close(file, .vectors, fieldID: field.id)
    }
}
