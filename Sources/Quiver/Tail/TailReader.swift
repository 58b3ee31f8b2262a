/// Puts the commits of the tail together from their blocks, in the order in which the catalog has them.
struct TailReader {
    private let core: StoreCore
    private let collection: UInt32
    private let schema: StoredSchema
    private var old: [UInt64: TailCommit] = [:]

    private var commits: [TailCommit] = []
    private var current: TailCommitBuilder?

    /// - Parameter old: commits that are in memory already.
    init(
        core: StoreCore,
        collection: UInt32,
        schema: StoredSchema,
        reusing old: [CollectionView.TailView]
    ) {
        self.core = core
        self.collection = collection
        self.schema = schema
        for view in old { self.old[view.commit.commit] = view.commit }
    }

    mutating func take(key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer)
        throws(StoreError)
    {
        guard key.count == 21, let kind = TailBlockKind(rawValue: key[12]) else {
            throw .damaged(
                file: core.catalog.path,
                reason: "holds a tail block under the key \(hexadecimal(key))"
            )
        }
        let commit = UInt64(bigEndian: key.loadUnaligned(fromByteOffset: 4, as: UInt64.self))
        if let known = old[commit] {
            if commits.last?.commit != commit {
                try finishCurrent()
                commits.append(known)
            }
            return
        }
        if current?.commit != commit {
            try finishCurrent()
            current = TailCommitBuilder(collection: collection, commit: commit)
        }
        let fieldID = UInt32(bigEndian: key.loadUnaligned(fromByteOffset: 13, as: UInt32.self))
        do {
            try current?.append(kind, fieldID: fieldID, value, schema: schema) {
                (name, _, expected) throws(StoreError) in
                try core.openLongText(name, expected: expected)
            }
        } catch let error as StoreError {
            throw error
        } catch let error as ByteReader.Malformed {
            throw .damaged(file: core.catalog.path, reason: "\(error.reason) (commit \(commit))")
        } catch {
            throw .damaged(file: core.catalog.path, reason: "\(error)")
        }
    }

    mutating func finished() throws(StoreError) -> [TailCommit] {
        try finishCurrent()
        return commits
    }

    private mutating func finishCurrent() throws(StoreError) {
        guard let builder = current else { return }
        current = nil
        let schema = schema
        commits.append(
            try asDamage(of: core.catalog.path) { () throws(ByteReader.Malformed) in
                try builder.finished(schema: schema)
            }
        )
    }
}
