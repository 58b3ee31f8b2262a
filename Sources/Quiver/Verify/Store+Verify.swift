import Files
import Glibc
import LMDB

extension Store {
    /// Checks every byte that matters: the catalog's pages and values, and each file of each segment.
    ///
    /// The catalog is read as plain bytes by code that trusts none of them, before LMDB touches it; if it is
    /// damaged, that is all that is reported, since what it says of the rest cannot be believed. Works beside a
    /// writer and beside readers. Reads the whole store once.
    ///
    /// - Parameters:
    ///   - path: the store's directory.
    ///   - progress: told how many bytes have been read; `false` cancels.
    /// - Throws: `notAStore`, `cancelled`, and `file` or `catalog` where the store cannot be read at all (no
    ///   permission, …). Damage is reported, never thrown.
    public static func verify(
        at path: String,
        progress: (Progress) -> Bool = { _ in true }
    ) throws(StoreError) -> VerificationReport {
        let kind = try asStoreError { () throws(FileError) in
            try fileKind("\(path)/\(Catalog.fileName)")
        }
        guard case .file(let byteCount) = kind else { throw .notAStore(path: path) }
        var verification = Verification(
            path: try asStoreError { () throws(FileError) in try absolutePath(path) }
        )
        try verification.checkCatalog(byteCount: byteCount)
        guard verification.report.isSound else { return verification.report }
        try verification.checkCollections(progress: progress)
        return verification.report
    }
}

/// A check of a store that is under way.
struct Verification {
    private let path: String
    private(set) var report = VerificationReport()
    /// The files of segments that have been looked at: a named snapshot can have others of the same segment.
    private var checked: Set<String> = []

    init(path: String) {
        self.path = path
    }

    /// Notes `error` if it is damage, and throws it on if it is something else.
    private mutating func note(_ error: StoreError, of file: String) throws(StoreError) {
        try report.damage.note(error, of: file, in: path)
    }

    /// The catalog as plain bytes: its pages, and the checksum of each value.
    mutating func checkCatalog(byteCount: Int) throws(StoreError) {
        var reasons: [String] = []
        // A writer may take pages of the walked state into use again; what looks like damage then is looked at anew.
        for _ in 0..<8 {
            reasons = []
            let report: DataFileReport
            do throws(LMDBError) {
                report = try DataFileCheck.walk(path: "\(path)/\(Catalog.fileName)") {
                    (database: [UInt8], key: RawSpan, value: RawSpan) in
                    guard let reason = Self.damage(in: database, key: key, value: value) else {
                        return
                    }
                    reasons.append(reason)
                }
            } catch {
                switch error {
                case .permissionDenied, .system: throw .catalog(error)
                default: reasons = ["\(error)"]
                }
                break
            }
            reasons = report.damage.map(\.description) + reasons
            if reasons.isEmpty || !report.wasOvertaken { break }
        }
        for reason in reasons {
            report.damage.append(.init(file: Catalog.fileName, reason: reason))
        }
        report.fileCount += 1
        report.byteCount += byteCount
    }

    private static func damage(in database: [UInt8], key: RawSpan, value: RawSpan) -> String? {
        guard let space = KeySpace(rawValue: String(decoding: database, as: UTF8.self)) else {
            return nil
        }
        return key.withUnsafeBytes { key in
            value.withUnsafeBytes { value in
                space.opened(value, key: key) == nil
                    ? "holds a value in `\(space)` that does not match its checksum (key \(hexadecimal(key)))"
                    : nil
            }
        }
    }

    mutating func checkCollections(progress: (Progress) -> Bool) throws(StoreError) {
        let core: StoreCore
        let collections: [(id: UInt32, record: CollectionRecord)]
        do {
            core = try StoreCore.open(
                at: path,
                access: .readOnly,
                options: Store.Options(),
                fileSystem: .system
            )
            collections = try core.catalog.read {
                (transaction: borrowing ReadTransaction) throws(StoreError) in
                try transaction.collections(of: core.catalog)
            }
        } catch {
            try note(error, of: Catalog.fileName)
            return
        }
        for (id, record) in collections {
            do {
                let snapshot = try SnapshotLoader.load(
                    id,
                    named: record.name,
                    previous: nil,
                    core: core
                ).snapshot
                try check(snapshot, progress: progress)
                for field in record.schema.vectorFields {
                    _ = try core.trainedIndex(of: field.id, in: id)
                }
            } catch .unknownCollection {
                // Dropped since the names were read.
                continue
            } catch {
                try note(error, of: Catalog.fileName)
            }
        }
        try checkNamedSnapshots(core, progress: progress)
    }

    /// What named snapshots have and the store has no more; the rest is checked already.
    private mutating func checkNamedSnapshots(
        _ core: StoreCore,
        progress: (Progress) -> Bool
    ) throws(StoreError) {
        do throws(StoreError) {
            for (name, record) in try core.namedSnapshots() {
                do throws(StoreError) {
                    for view in try core.views(ofSnapshot: record.number) {
                        try checkSegments(of: view, progress: progress)
                    }
                } catch .cancelled {
                    throw .cancelled
                } catch {
                    // A snapshot that was dropped since takes its files with it.
                    let isThere = try core.namedSnapshots().contains {
                        $0.name == name && $0.record.number == record.number
                    }
                    if isThere { try note(error, of: Catalog.fileName) }
                }
            }
        } catch {
            try note(error, of: Catalog.fileName)
        }
    }

    private mutating func checkSegments(
        of view: CollectionView,
        progress: (Progress) -> Bool
    ) throws(StoreError) {
        for part in view.segments where !isChecked(part.segment) {
            do throws(StoreError) {
                try check(part.segment, schema: view.record.schema)
            } catch {
                try note(error, of: part.segment.path)
            }
            let now = Progress(
                stage: .verifying,
                completed: report.byteCount,
                total: report.byteCount
            )
            guard progress(now) else { throw .cancelled }
        }
    }

    private func isChecked(_ segment: Segment) -> Bool {
        segment.files.allSatisfy { checked.contains($0.path) }
    }

    private mutating func check(_ segment: Segment, schema: StoredSchema) throws(StoreError) {
        checked.formUnion(segment.files.map(\.path))
        report.fileCount += segment.files.count + 1
        report.byteCount += segment.files.reduce(0) { $0 + Int($1.summary.byteCount) }
        try SegmentCheck(segment: segment, schema: schema).run()
    }

    private mutating func check(
        _ snapshot: Snapshot,
        progress: (Progress) -> Bool
    ) throws(StoreError) {
        let view = snapshot.view
        let total = report.byteCount + snapshot.statistics.byteCounts.total
        for index in view.segments.indices {
            let segment = view.segments[index].segment
            do {
                try check(segment, schema: view.record.schema)
                try checkUniqueness(ofSegment: index, in: view)
            } catch {
                try note(error, of: segment.path)
            }
            let now = Progress(
                stage: .verifying,
                completed: report.byteCount,
                total: max(total, report.byteCount)
            )
            guard progress(now) else { throw .cancelled }
        }
        for tail in view.tail {
            try checkTexts(of: tail.commit)
            let files = tail.commit.longTextFiles
            report.fileCount += files.count
            report.byteCount += files.reduce(0) { $0 + Int($1.summary.byteCount) }
        }
        try checkUniquenessOfTail(in: view)
        report.documentCount += snapshot.liveCount
    }

    /// No key may be live in two places.
    private func checkUniqueness(
        ofSegment index: Int,
        in view: CollectionView
    ) throws(StoreError) {
        let part = view.segments[index]
        for ordinal in 0..<part.segment.documentCount where !part.dead.contains(UInt32(ordinal)) {
            let key = try part.segment.keys.key(at: ordinal)
            for other in view.segments[..<index] {
                guard let twin = try other.segment.keys.ordinal(of: key),
                    !other.dead.contains(UInt32(twin))
                else { continue }
                throw .damaged(
                    file: Catalog.fileName,
                    reason:
                        "lets the key \(hexadecimal(key)) live in \(SegmentName.directory(other.segment.id)) and in "
                        + SegmentName.directory(part.segment.id)
                )
            }
        }
    }

    private func checkTexts(of commit: TailCommit) throws(StoreError) {
        for ordinal in 0..<commit.documentCount {
            try commit.withText(of: ordinal) { (text) throws(StoreError) in
                guard (text.map(textHash) ?? 0) == commit.textHashes[ordinal] else {
                    throw .damaged(
                        file: Catalog.fileName,
                        reason:
                            "holds a text that does not match its hash (commit \(commit.commit))"
                    )
                }
            }
        }
    }

    private func checkUniquenessOfTail(in view: CollectionView) throws(StoreError) {
        let places = TailIndex(view).places
        let liveCount = view.tailLiveCount
        guard places.count == liveCount else {
            throw .damaged(
                file: Catalog.fileName,
                reason: "lets \(liveCount - places.count) keys of the tail live twice"
            )
        }
        for key in places.keys {
            let twin = try key.bytes.withBytes { (key) throws(StoreError) in
                try view.locateInSegments(key)
            }
            guard twin == nil else {
                throw .damaged(
                    file: Catalog.fileName,
                    reason:
                        "lets the key \(key.bytes.withUnsafeBytes(hexadecimal)) live in the tail and in a segment"
                )
            }
        }
    }
}
