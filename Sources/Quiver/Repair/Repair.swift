import Files
import Glibc
import Indexes
import LMDB

/// A repair that is under way (`Store.repair`).
struct Repair {
    private let source: String
    private let catalog: SalvagedCatalog
    private let core: StoreCore
    private let store: Store
    private var collections: [UInt32: SalvagedCollection] = [:]
    /// The collections' names, which are different if their bytes are.
    private var names: Set<[UInt8]> = []
    /// What has come over of each segment, whole.
    private var wholeRecords: [UInt64: Set<SegmentRecord>] = [:]
    private var settings: StoreRecord
    private(set) var report = RepairReport()

    init(of source: String, into destination: String) throws(StoreError) {
        self.source = source
        catalog = try SalvagedCatalog(store: source)
        settings = StoreRecord()
        settings.commit = 0
        if let found = catalog.value(.settings, CatalogKey.store),
            let record = found.decoded(StoreRecord.decode)
        {
            guard StoreRecord.readableFormats.contains(record.format) else {
                throw .unsupportedFormat(
                    path: source,
                    found: record.format,
                    supported: StoreRecord.formatVersion
                )
            }
            settings = record
        }
        store = try Store.create(at: destination)
        core = try store.core()
        report.damage = catalog.damage.map { .init(file: Catalog.fileName, reason: $0) }
        report.isCatalogDamaged = !catalog.damage.isEmpty
    }

    mutating func run(progress: (Progress) -> Bool) throws(StoreError) {
        defer { store.close() }
        collectCollections()
        var candidates = try segmentsToTake()
        for index in candidates.indices { try readManifest(of: &candidates[index]) }
        settleSchemas(candidates)
        for (place, candidate) in candidates.enumerated() {
            let now = Progress(stage: .verifying, completed: place, total: candidates.count)
            guard progress(now) else { throw .cancelled }
            try take(candidate)
        }
        for id in collections.keys.sorted() {
            takeTail(of: id)
            if report.isCatalogDamaged { try collections[id]?.settleKeysOfWholeSegments() }
        }
        let snapshots = try takeSnapshots()
        try publish(snapshots)
        for collection in collections.values.sorted(by: { $0.id < $1.id }) {
            try LooseDocuments(collection: collection, store: store).write(into: &report)
        }
    }

    /// Notes what is wrong with a file of the damaged store, and throws on what is wrong with this process or the new one.
    private mutating func note(_ error: StoreError, of file: String) throws(StoreError) {
        if case .file(.system(let operation, let path, let code)) = error,
            path.hasPrefix("\(source)/"), ![EMFILE, ENFILE, ENOMEM].contains(code)
        {
            let reason = "cannot be read (\(operation): \(String(cString: strerror(code))))"
            report.damage.append(
                .init(file: String(path.dropFirst(source.count + 1)), reason: reason)
            )
            return
        }
        try report.damage.note(error, of: file, in: source)
    }

    // MARK: Collections

    private mutating func collectCollections() {
        for (key, value) in catalog.entries(.collections) where key.count == 4 {
            guard let record = value.decoded(CollectionRecord.decode) else { continue }
            let state = catalog.value(.states, key)?.decoded(CollectionState.decode)
            let id = key.withBytes { UInt32(bigEndian: $0.loadUnaligned(as: UInt32.self)) }
            add(id, record, state ?? CollectionState())
        }
    }

    /// Two collections can have one name only where one of them is of an older state.
    private mutating func add(_ id: UInt32, _ record: CollectionRecord, _ state: CollectionState) {
        guard id < UInt32.max else { return }
        var record = record
        if !names.insert(Array(record.name.utf8)).inserted {
            let suffix = " (\(id))"
            while record.name.utf8.count + suffix.utf8.count > Store.maximumNameByteCount {
                record.name.removeLast()
            }
            record.name += suffix
            names.insert(Array(record.name.utf8))
        }
        collections[id] = SalvagedCollection(id: id, record: record, state: state)
    }

    /// Takes what the newest segment of a collection says of it where the catalog has lost that, or has an older state.
    private mutating func settleSchemas(_ candidates: [Candidate]) {
        guard report.isCatalogDamaged else { return }
        for candidate in candidates.reversed() {
            guard let manifest = candidate.manifest else { continue }
            let id = candidate.collectionID ?? manifest.collectionID
            let record = CollectionRecord(manifest)
            guard let known = collections[id]?.record else {
                add(id, record, CollectionState())
                collections[id]?.isOfNewestSegment = true
                continue
            }
            if record.nextFieldID > known.nextFieldID {
                collections[id]?.record.nextFieldID = record.nextFieldID
                if collections[id]?.isOfNewestSegment == false {
                    collections[id]?.record.schema = record.schema
                }
            }
            collections[id]?.isOfNewestSegment = true
        }
    }

    // MARK: Segments

    private struct Candidate {
        let id: UInt64
        /// `nil` if the catalog does not know the segment.
        let collectionID: UInt32?
        var record: SegmentRecord?
        /// `nil` if it cannot be read.
        var manifest: SegmentManifest?
    }

    /// Those that the catalog knows, and, if it may have forgotten some, all others that are there.
    private func segmentsToTake() throws(StoreError) -> [Candidate] {
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
    private static let segmentIDLimit: UInt64 = 1 << 62

    /// Reads what a segment says of itself, and makes the record that the catalog has lost.
    private mutating func readManifest(of candidate: inout Candidate) throws(StoreError) {
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
    private mutating func patches(in path: String) throws(StoreError) -> SegmentRecord.Patches? {
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

    private func path(ofSegment id: UInt64) -> String {
        "\(source)/\(StoreLayout.segments)/\(SegmentName.directory(id))"
    }

    private mutating func take(_ candidate: Candidate) throws(StoreError) {
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
    private mutating func whole(
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
        try asStoreError { () throws(FileError) in try core.fileSystem.syncDirectory(staged) }
        return try Segment(id: id, path: staged, record: record, schema: schema)
    }

    private func tombstones(ofSegment segment: UInt64, of collection: UInt32) -> RowSet {
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

    // MARK: The tail

    /// The commits of the tail that are whole, in their order.
    private mutating func takeTail(of id: UInt32) {
        guard var collection = collections[id] else { return }
        let schema = collection.record.schema
        var commits: [UInt64: [(key: [UInt8], value: [UInt8])]] = [:]
        for (key, value) in catalog.entries(.tail, prefix: CatalogKey.collection(id))
        where key.count == 21 {
            let commit = key.withBytes {
                UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 4, as: UInt64.self))
            }
            commits[commit, default: []].append((key, value))
        }
        var lost: [UInt64: [Int]] = [:]
        for (number, blocks) in commits.sorted(by: { $0.key < $1.key }) {
            var lostTexts: [Int] = []
            do {
                var builder = TailCommitBuilder()
                for (key, value) in blocks {
                    guard let kind = TailBlockKind(rawValue: key[12]) else { continue }
                    let field = key.withBytes {
                        UInt32(bigEndian: $0.loadUnaligned(fromByteOffset: 13, as: UInt32.self))
                    }
                    try value.withBytes { value in
                        try builder.append(kind, fieldID: field, value, schema: schema) {
                            [source] (ordinal, expected) throws(StoreError) in
                            let name = TailFormat.longTextName(commit: number, ordinal: ordinal)
                            let path = "\(source)/\(StoreLayout.texts)/\(name)"
                            let file = try? SegmentFile(
                                path: path,
                                kind: .longText,
                                expected: expected
                            )
                            if (try? file?.allBytes()) ?? nil == nil {
                                lostTexts.append(ordinal)
                                return nil
                            }
                            return file
                        }
                    }
                }
                collection.apply(try builder.finished(commit: number, schema: schema))
                lost[number] = lostTexts
            } catch {
                report.isCatalogDamaged = true
                report.damage.append(
                    .init(
                        file: Catalog.fileName,
                        reason:
                            "has commit \(number) of \"\(collection.record.name)\" in part: it is left out"
                    )
                )
                report.lose("commit \(number)", of: nil, in: collection.record.name)
            }
        }
        for part in collection.tail {
            for ordinal in lost[part.commit.commit] ?? [] {
                let name = TailFormat.longTextName(commit: part.commit.commit, ordinal: ordinal)
                report.damage.append(
                    .init(file: "\(StoreLayout.texts)/\(name)", reason: "cannot be read")
                )
                guard !part.dead.contains(UInt32(ordinal)) else { continue }
                let key = part.commit.keys.withKey(at: ordinal) { try? EncodedKey.decode($0) }
                report.lose("text", of: key, in: collection.record.name)
            }
        }
        collections[id] = collection
    }

    // MARK: Named snapshots

    /// The entries of those whose segments are all whole.
    private mutating func takeSnapshots() throws(StoreError) -> [(key: [UInt8], value: [UInt8])] {
        var kept: [(key: [UInt8], value: [UInt8])] = []
        for (key, value) in catalog.entries(
            .snapshots,
            prefix: [NamedSnapshotKey.Part.name.rawValue]
        ) {
            guard let record = value.decoded(NamedSnapshotRecord.decode) else { continue }
            let name = String(decoding: key.dropFirst(), as: UTF8.self)
            var entries = [(key: key, value: value)]
            let parts: [NamedSnapshotKey.Part] = [.collection, .state, .segment, .tombstones]
            for part in parts {
                let prefix = NamedSnapshotKey.part(part, of: record.number)
                entries += catalog.entries(.snapshots, prefix: prefix)
            }
            let isKept = report.isCatalogDamaged ? false : try areWhole(entries)
            if isKept {
                kept += entries
            } else {
                report.lostSnapshots.append(name)
            }
        }
        return kept
    }

    /// The segment whose record stands under a key of a named snapshot.
    private static func segmentID(ofSnapshotKey key: [UInt8]) -> UInt64 {
        let offset = NamedSnapshotKey.prefixByteCount + 4
        return key.withBytes {
            UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
    }

    private mutating func areWhole(
        _ entries: [(key: [UInt8], value: [UInt8])]
    ) throws(StoreError) -> Bool {
        var schemas: [UInt32: StoredSchema] = [:]
        for (key, value) in entries {
            let part = NamedSnapshotKey.Part(rawValue: key[0])
            let ownKey = Array(key.dropFirst(NamedSnapshotKey.prefixByteCount))
            guard part == .name || ownKey.count >= (part == .segment ? 12 : 4) else { return false }
            switch part {
            case .collection:
                guard let record = value.decoded(CollectionRecord.decode) else { return false }
                let id = ownKey.withBytes { UInt32(bigEndian: $0.loadUnaligned(as: UInt32.self)) }
                schemas[id] = record.schema
            case .segment:
                let id = ownKey.withBytes { UInt32(bigEndian: $0.loadUnaligned(as: UInt32.self)) }
                let segment = Self.segmentID(ofSnapshotKey: key)
                guard let record = value.decoded(SegmentRecord.decode), let schema = schemas[id],
                    try isWhole(segment, record, schema)
                else { return false }
            default: continue
            }
        }
        return true
    }

    /// Brings over what a named snapshot has of a segment and the store has not.
    private mutating func isWhole(
        _ id: UInt64,
        _ record: SegmentRecord,
        _ schema: StoredSchema
    ) throws(StoreError) -> Bool {
        let path = path(ofSegment: id)
        if wholeRecords[id]?.contains(record) ?? false { return true }
        do throws(StoreError) {
            let manifest = try SegmentOpener(path: path, known: []).manifest(record.manifest)
            let staged = "\(core.stagingPath)/snapshot"
            let segment = try whole(id, record, manifest, schema, staged: staged)
            guard segment.record == record else {
                try asStoreError { () throws(FileError) in try core.fileSystem.remove(staged) }
                return false
            }
            wholeRecords[id, default: []].insert(record)
            // What the store has of it already is the same.
            let own = "\(core.stagingPath)/\(SegmentName.directory(id))"
            try asStoreError { () throws(FileError) in
                if try fileKind(own) == .missing {
                    try core.fileSystem.move(staged, to: own)
                } else {
                    for name in try directoryEntries(staged)
                    where try fileKind("\(own)/\(name)") == .missing {
                        try core.fileSystem.move("\(staged)/\(name)", to: "\(own)/\(name)")
                    }
                    try core.fileSystem.remove(staged)
                }
                try core.fileSystem.syncDirectory(own)
            }
            return true
        } catch {
            try note(error, of: path)
            return false
        }
    }

    /// Gives the staged segments that are among `wanted` paths their places, and removes the others.
    private func putInPlace(_ wanted: Set<String>) throws(StoreError) {
        let staged = try asStoreError { () throws(FileError) in
            try directoryEntries(core.stagingPath)
        }
        for name in staged {
            let path = "\(core.stagingPath)/\(name)"
            if let id = UInt64(name, radix: 16), wanted.contains("\(StoreLayout.segments)/\(name)")
            {
                try core.putInPlace(path, id: id)
            } else {
                try asStoreError { () throws(FileError) in try core.fileSystem.remove(path) }
            }
        }
    }

    // MARK: The new catalog

    /// Puts the segments in their places and writes the records of everything, in one commit.
    private mutating func publish(
        _ snapshots: [(key: [UInt8], value: [UInt8])]
    ) throws(StoreError) {
        for (id, collection) in collections {
            for part in collection.whole {
                report.keptDocumentCount += part.segment.documentCount - part.dead.count
            }
            settings.nextCollectionID = max(settings.nextCollectionID, id + 1)
            settings.commit = max(settings.commit, collection.lastCommit())
        }
        var current: Set<String> = []
        for part in collections.values.flatMap(\.whole) {
            current.formUnion(part.segment.record.paths(ofSegment: part.id))
        }
        var pinned: Set<String> = []
        for (key, value) in snapshots where key[0] == NamedSnapshotKey.Part.segment.rawValue {
            guard let record = value.decoded(SegmentRecord.decode) else { continue }
            pinned.formUnion(record.paths(ofSegment: Self.segmentID(ofSnapshotKey: key)))
        }
        try putInPlace(current.union(pinned))
        let (collections, settings) = (collections.values, settings)
        try core.catalog.write { (transaction: inout WriteTransaction) throws(StoreError) in
            for collection in collections {
                var view = CollectionView(
                    collectionID: collection.id,
                    record: collection.record,
                    state: collection.state
                )
                view.state.commit = min(view.state.commit, settings.commit)
                view.state.tailByteCount = 0
                let key = CatalogKey.collection(collection.id)
                try transaction.put(.collections, key, view.record.encoded(), of: core.catalog)
                for part in collection.whole {
                    try transaction.put(
                        .segments,
                        CatalogKey.segment(part.id, of: collection.id),
                        part.segment.record.encoded(),
                        of: core.catalog
                    )
                    try transaction.put(
                        part.dead,
                        ofSegment: part.id,
                        in: view,
                        catalog: core.catalog
                    )
                }
                try transaction.put(.states, key, view.state.encoded(), of: core.catalog)
            }
            for (key, value) in snapshots {
                try transaction.put(.snapshots, key, value, of: core.catalog)
            }
            // What goes with the last snapshot that needs it.
            for path in pinned.subtracting(current) {
                try transaction.retire(path, of: core.catalog)
            }
            try transaction.put(settings, of: core.catalog)
        }
    }
}

extension CollectionRecord {
    /// What a segment's manifest says of its collection, for a catalog that has lost it.
    fileprivate init(_ manifest: SegmentManifest) {
        let schema = manifest.schema
        let numbers =
            schema.vectorFields.flatMap { [$0.id] + $0.columnIDs } + schema.fields.map(\.id)
        self.init(
            name: manifest.collectionName,
            nextFieldID: numbers.max().map { $0 &+ 1 } ?? 0,
            schema: schema
        )
    }
}

extension [UInt8] {
    /// What `decode` makes of the bytes; `nil` if they are malformed.
    fileprivate func decoded<Record>(
        _ decode: (UnsafeRawBufferPointer) throws(ByteReader.Malformed) -> Record
    ) -> Record? {
        withBytes { bytes in try? decode(bytes) }
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
