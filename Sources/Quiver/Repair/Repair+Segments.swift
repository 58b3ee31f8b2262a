import Files
import Glibc
import Indexes

extension Repair {
    struct Candidate {
        let id: UInt64
        /// `nil` if the catalog does not know the segment.
        let collectionID: UInt32?
        var record: SegmentRecord?
        /// `nil` if it cannot be read.
        var manifest: SegmentManifest?
    }

    /// Those that the catalog knows, and, if it may have forgotten some, all others that are there.
    func segmentsToTake() throws(StoreError) -> [Candidate] {
        var found: [UInt64: Candidate] = [:]
        let retired = Set(
            catalog.entries(.retired).map { String(decoding: $0.key.dropFirst(8), as: UTF8.self) }
        )
        func isRetired(_ id: UInt64) -> Bool {
            retired.contains("\(StoreLayout.segments)/\(SegmentName.directory(id))")
        }
        for (key, value) in catalog.entries(.segments) where key.count == 12 {
            guard let record = value.decoded(SegmentRecord.decode) else { continue }
            let (collection, id) = key.withBytes { key in
                (
                    UInt32(bigEndian: key.loadUnaligned(as: UInt32.self)),
                    UInt64(bigEndian: key.loadUnaligned(fromByteOffset: 4, as: UInt64.self))
                )
            }
            // Both only where two states are mixed.
            guard id < Self.segmentIDLimit, !isRetired(id) else { continue }
            found[id] = Candidate(id: id, collectionID: collection, record: record)
        }
        if report.isCatalogDamaged {
            let names = (try? directoryEntries("\(source)/\(StoreLayout.segments)")) ?? []
            for name in names {
                guard let id = UInt64(name, radix: 16), SegmentName.directory(id) == name,
                    id < Self.segmentIDLimit, found[id] == nil, !isRetired(id)
                else { continue }
                found[id] = Candidate(id: id, collectionID: nil)
            }
        }
        return found.values.sorted { $0.id < $1.id }
    }

    /// More than are ever given out.
    static let segmentIDLimit: UInt64 = 1 << 62

    /// Reads what a segment says of itself, and makes the record that the catalog has lost.
    mutating func readManifest(of candidate: inout Candidate) throws(StoreError) {
        let path = path(ofSegment: candidate.id)
        do throws(StoreError) {
            let file = try SegmentFile(
                path: "\(path)/\(SegmentName.manifest)",
                kind: .manifest,
                expected: candidate.record?.manifest
            )
            let bytes = try file.allBytes()
            let manifest = try asDamage(of: file.path) { () throws(ByteReader.Malformed) in
                try SegmentManifest.decode(bytes)
            }
            candidate.manifest = manifest
            if candidate.record == nil {
                candidate.record = SegmentRecord(
                    documentCount: manifest.documentCount,
                    byteCount: manifest.files.reduce(file.summary.byteCount) {
                        $0 &+ $1.summary.byteCount
                    },
                    manifest: file.summary,
                    patches: try patches(in: path)
                )
            }
        } catch {
            try note(error, of: path)
        }
    }

    /// The newest file of patches in a folder that can be read.
    mutating func patches(in path: String) throws(StoreError) -> SegmentRecord.Patches? {
        let names = (try? directoryEntries(path)) ?? []
        let generations = names.compactMap { name -> UInt64? in
            guard name.hasPrefix("patches-"), name.hasSuffix(".qvs") else { return nil }
            return UInt64(name.dropFirst(8).dropLast(4))
        }
        for generation in generations.sorted(by: >) {
            let name = SegmentName.patches(generation: generation)
            do throws(StoreError) {
                let file = try SegmentFile(path: "\(path)/\(name)", kind: .patches, expected: nil)
                _ = try file.allBytes()
                return .init(generation: generation, file: file.summary)
            } catch {
                try note(error, of: "\(path)/\(name)")
            }
        }
        return nil
    }

    func path(ofSegment id: UInt64) -> String {
        "\(source)/\(StoreLayout.segments)/\(SegmentName.directory(id))"
    }

    mutating func take(_ candidate: Candidate) throws(StoreError) {
        let path = path(ofSegment: candidate.id)
        settings.nextSegmentID = max(settings.nextSegmentID, candidate.id + 1)
        // Where nothing says whose a segment is, and there is one collection, it is that one's.
        let only = collections.count == 1 ? collections.first?.key : nil
        guard let id = candidate.collectionID ?? candidate.manifest?.collectionID ?? only,
            let schema = collections[id]?.record.schema
        else {
            report.lose("segment \(SegmentName.directory(candidate.id))", of: nil, in: "")
            return
        }
        let dead = tombstones(ofSegment: candidate.id, of: id)
        if let record = candidate.record, let manifest = candidate.manifest {
            do throws(StoreError) {
                let segment = try whole(
                    candidate.id,
                    record,
                    manifest,
                    schema,
                    staged: "\(core.stagingPath)/\(SegmentName.directory(candidate.id))"
                )
                wholeRecords[candidate.id, default: []].insert(segment.record)
                let isOfIt = dead.words.count <= (segment.documentCount + 63) / 64
                collections[id]?.whole.append(
                    .init(id: candidate.id, segment: segment, dead: isOfIt ? dead : RowSet())
                )
                return
            } catch {
                try note(error, of: path)
            }
        }
        let damaged = DamagedSegment(
            id: candidate.id,
            path: path,
            manifest: candidate.manifest,
            record: candidate.record,
            schema: schema
        )
        if damaged.documentCount == 0 {
            let name = collections[id]?.record.name ?? ""
            report.lose("segment \(SegmentName.directory(candidate.id))", of: nil, in: name)
        }
        collections[id]?.damaged.append(.init(segment: damaged, dead: dead))
    }

    /// Brings a segment over and checks every byte of it. Indexes that are damaged stay behind.
    ///
    /// - Throws: what is wrong with it.
    mutating func whole(
        _ id: UInt64,
        _ record: SegmentRecord,
        _ manifest: SegmentManifest,
        _ schema: StoredSchema,
        staged: String
    ) throws(StoreError) -> Segment {
        let path = path(ofSegment: id)
        var record = record
        let indexes = record.indexes
        record.indexes = []
        let invertedIndexes = record.invertedIndexes
        record.invertedIndexes = []
        // Files of fields that were dropped may be gone.
        var names = [SegmentName.manifest]
        for file in manifest.files
        where schema.holds(file) || access("\(path)/\(file.name)", F_OK) == 0 {
            names.append(file.name)
        }
        if let patches = record.patches {
            names.append(SegmentName.patches(generation: patches.generation))
        }
        do throws(StoreError) {
            try asStoreError { () throws(FileError) in
                try core.fileSystem.remove(staged)
                try core.fileSystem.makeDirectory(staged)
                for name in names {
                    try core.fileSystem.linkOrCopy("\(path)/\(name)", to: "\(staged)/\(name)")
                }
            }
            let bare = try Segment(id: id, path: staged, record: record, schema: schema)
            try SegmentCheck(segment: bare, schema: schema).run()
        } catch {
            try? core.fileSystem.remove(staged)
            // The file that is damaged is the old one.
            throw error.about(staged, as: path)
        }
        for index in indexes {
            guard let field = schema.vectorFields.first(where: { $0.id == index.fieldID }) else {
                continue
            }
            let name = SegmentName.index(
                index.fileKind(for: field),
                fieldID: index.fieldID,
                generation: index.generation
            )
            var attempt = record
            attempt.indexes = [index]
            do throws(StoreError) {
                try asStoreError { () throws(FileError) in
                    try core.fileSystem.linkOrCopy("\(path)/\(name)", to: "\(staged)/\(name)")
                }
                let segment = try Segment(id: id, path: staged, record: attempt, schema: schema)
                for file in segment.files where file.path == "\(staged)/\(name)" {
                    _ = try file.allBytes()
                }
                _ = try segment.index(of: index.fieldID)
                record.indexes.append(index)
            } catch {
                try note(error.about(staged, as: path), of: "\(path)/\(name)")
                try? core.fileSystem.remove("\(staged)/\(name)")
            }
        }
        for index in invertedIndexes {
            guard let field = schema.invertedFields.first(where: { $0.id == index.fieldID }) else {
                continue
            }
            var attempt = record
            attempt.invertedIndexes = [index]
            do throws(StoreError) {
                try asStoreError { () throws(FileError) in
                    for name in index.names {
                        try core.fileSystem.linkOrCopy("\(path)/\(name)", to: "\(staged)/\(name)")
                    }
                }
                let segment = try Segment(id: id, path: staged, record: attempt, schema: schema)
                for file in segment.files where index.names.contains(where: file.path.hasSuffix) {
                    _ = try file.allBytes()
                }
                let opened = try segment.invertedIndex(of: field)
                try asStoreError(of: staged) { try opened?.check() }
                record.invertedIndexes.append(index)
            } catch {
                try note(
                    error.about(staged, as: path),
                    of: "\(path)/\(index.names.first ?? "words")"
                )
                for name in index.names { try? core.fileSystem.remove("\(staged)/\(name)") }
            }
        }
        try asStoreError { () throws(FileError) in try core.fileSystem.syncDirectory(staged) }
        return try Segment(id: id, path: staged, record: record, schema: schema)
    }

    func tombstones(ofSegment segment: UInt64, of collection: UInt32) -> RowSet {
        var words: [UInt64] = []
        let prefix = CatalogKey.segment(segment, of: collection)
        for (key, value) in catalog.entries(.tombstones, prefix: prefix) where key.count == 16 {
            guard let block = value.decoded(TombstoneBlock.decode) else { continue }
            let number = key.withBytes {
                UInt32(bigEndian: $0.loadUnaligned(fromByteOffset: 12, as: UInt32.self))
            }
            let start = Int(number) * TombstoneBlock.wordCount
            guard start <= Int(Int32.max) / 64 else { continue }
            words += [UInt64](repeating: 0, count: max(0, start - words.count))
            words += block.words
        }
        return RowSet(words: words)
    }
}

extension StoreError {
    /// The error, if it is damage, with files under `directory` named as those under `other`.
    fileprivate func about(_ directory: String, as other: String) -> StoreError {
        func renamed(_ file: String) -> String {
            file.hasPrefix(directory) ? other + file.dropFirst(directory.count) : file
        }
        return switch self {
        case .damaged(let file, let reason): .damaged(file: renamed(file), reason: reason)
        case .file(.wrongLength(let path, let expected, let found)):
            .file(.wrongLength(path: renamed(path), expected: expected, found: found))
        default: self
        }
    }
}

extension StoredSchema {
    /// Whether a file of a segment is of something that there still is.
    fileprivate func holds(_ file: SegmentManifest.File) -> Bool {
        switch file.kind {
        case .vectors, .rows: vectorFields.contains { $0.id == file.fieldID }
        case .column: vectorFields.contains { $0.columnIDs.contains(file.fieldID) }
        default: true
        }
    }
}
