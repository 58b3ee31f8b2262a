import LMDB

/// Takes batches of several callers, one after the other, into one transaction of the catalog. Used under the write lock.
struct GroupWriter: ~Copyable {
    /// A collection as it will be once the group is durable.
    private struct Member {
        let collection: Collection
        var view: CollectionView
        var index: TailIndex
    }

    /// A request whose batches are planned.
    private struct Planned {
        let request: WriteRequest
        let commits: [PlannedCommit]
    }

    private let core: StoreCore
    private var members: [UInt32: Member] = [:]
    private var planned: [Planned] = []
    private var byteCount = 0
    /// The last commit number that is taken; 0 until it is read.
    private var lastCommit: UInt64 = 0

    /// A transaction does not grow past this by joining requests, so that nobody waits for long.
    private static let byteCountLimit = 32 << 20

    init(core: StoreCore) {
        self.core = core
    }

    /// Plans a request; what is wrong with it is its outcome, and nobody else's.
    mutating func add(_ request: WriteRequest) {
        do throws(StoreError) {
            var batches = try prepared(request)
            // What was chosen in a tail that is sealed now is elsewhere.
            if try makeRoom(for: batches) { batches = try prepared(request) }
            if lastCommit == 0 {
                lastCommit = try core.catalog.read {
                    (transaction: borrowing ReadTransaction) throws(StoreError) in
                    try transaction.settings(of: core.catalog).commit
                }
            }
            // All of them are planned before one is taken in: a request that is refused leaves nothing behind.
            var commits: [PlannedCommit] = []
            for (collection, batch) in batches {
                let member = try member(collection)
                commits.append(
                    try PlannedCommit(
                        batch,
                        to: collection,
                        member.view,
                        member.index,
                        number: lastCommit + 1,
                        core: core
                    )
                )
            }
            guard commits.contains(where: \.changesAnything) else {
                request.finish(.success(commits.map(\.receipt)))
                return
            }
            lastCommit += 1
            planned.append(Planned(request: request, commits: commits))
            for commit in commits where commit.changesAnything { try take(commit) }
        } catch {
            request.finish(.failure(error))
        }
    }

    /// Makes everything that is planned durable.
    mutating func commit() {
        guard !planned.isEmpty else { return giveBackIndexes() }
        let durability: Durability =
            planned.allSatisfy { $0.request.durability == .relaxed } ? .relaxed : .full
        do throws(StoreError) {
            try core.catalog.write(durability) {
                (transaction: inout WriteTransaction) throws(StoreError) in
                var settings = try transaction.settings(of: core.catalog)
                settings.commit = lastCommit
                try transaction.put(settings, of: core.catalog)
                for (id, member) in members {
                    try transaction.put(
                        .states,
                        CatalogKey.collection(id),
                        member.view.state.encoded(),
                        of: core.catalog
                    )
                }
                for request in planned {
                    for commit in request.commits where commit.changesAnything {
                        try put(commit, &transaction)
                    }
                }
            }
            for (_, member) in members {
                member.collection.take(member.view, member.index, of: core)
            }
            for request in planned {
                request.request.finish(.success(request.commits.map(\.receipt)))
            }
        } catch {
            for request in planned { request.request.finish(.failure(error)) }
        }
        members = [:]
        planned = []
        byteCount = 0
        lastCommit = 0
    }

    /// The indexes of collections that have not changed stay as they are.
    private mutating func giveBackIndexes() {
        for (_, member) in members {
            member.collection.take(member.view, member.index, of: core)
        }
        members = [:]
    }

    private mutating func member(_ collection: Collection) throws(StoreError) -> Member {
        if let member = members[collection.id] { return member }
        let view = try collection.snapshot(of: core).view
        let member = Member(
            collection: collection,
            view: view,
            index: collection.takeTailIndex(of: view)
        )
        members[collection.id] = member
        return member
    }

    private mutating func prepared(
        _ request: WriteRequest
    ) throws(StoreError) -> [(collection: Collection, batch: PreparedBatch)] {
        var batches: [(collection: Collection, batch: PreparedBatch)] = []
        for part in request.parts {
            let view = try member(part.collection).view
            batches.append((part.collection, try part.prepared(for: view)))
        }
        return batches
    }

    /// Seals tails that would grow too long; first what is planned already is made durable.
    ///
    /// - Returns: whether a tail was sealed.
    private mutating func makeRoom(
        for batches: [(collection: Collection, batch: PreparedBatch)]
    ) throws(StoreError) -> Bool {
        let added = batches.reduce(0) { $0 + $1.batch.tailByteCount }
        var full: [Collection] = []
        for (collection, batch) in batches {
            let view = try member(collection).view
            let used = Int(clamping: view.state.tailByteCount)
            let isFull = used > core.options.tailByteCount - batch.tailByteCount
            let fits = try fits(batch, into: view)
            if used > 0, isFull || !fits { full.append(collection) }
        }
        if !full.isEmpty || (byteCount > 0 && byteCount + added > Self.byteCountLimit) { commit() }
        for collection in full {
            members[collection.id] = nil
            try Seal(core: core, view: try collection.snapshot(of: core).view).run { _ in true }
        }
        byteCount += added
        return !full.isEmpty
    }

    /// Whether the tail, which becomes one segment, can take the rows of a batch.
    ///
    /// - Throws: `tooLarge` if the collection cannot, or no segment could.
    private func fits(_ batch: PreparedBatch, into view: CollectionView) throws(StoreError) -> Bool
    {
        let limits = core.options.rowLimits
        var fits = true
        for rows in batch.rows {
            let id = rows.field.id
            let sealed = view.segments.reduce(0) { $0 + $1.segment.rows(of: id).count }
            // A row takes a byte at least, so that the tail need not be counted as a rule.
            let most = Int(clamping: view.state.tailByteCount) + rows.count
            if most <= limits.segment, sealed + most <= limits.collection { continue }
            let total = view.rowCount(of: id) + rows.count
            guard total <= limits.collection, rows.count <= limits.segment else {
                throw .tooLarge(
                    what: rows.count > limits.segment
                        ? "number of rows of a segment" : "number of rows of a collection",
                    found: rows.count > limits.segment ? rows.count : total,
                    limit: rows.count > limits.segment ? limits.segment : limits.collection
                )
            }
            let tail = view.tail.reduce(0) { $0 + $1.commit.rows(of: id).map.rowCount }
            fits = fits && tail + rows.count <= limits.segment
        }
        return fits
    }

    private mutating func take(_ commit: PlannedCommit) throws(StoreError) {
        // Out of the dictionary while it changes, so that nothing is copied.
        guard var member = members.removeValue(forKey: commit.collection.id) else {
            preconditionFailure("planned for a member")
        }
        var state = member.view.state
        state.commit = commit.commit.commit
        state.tailByteCount += UInt64(commit.tailByteCount)
        state.cache += commit.batch.counters
        member.view.state = state
        do throws(StoreError) {
            try member.view.apply(commit.commit, catalogPath: core.catalog.path)
        } catch {
            // Made for this very view, so it fits; if it does not, nothing of the group may go on.
            abandon(error)
            throw error
        }
        member.index.apply(member.view, commit.batch)
        members[commit.collection.id] = member
    }

    private mutating func abandon(_ error: StoreError) {
        for request in planned { request.request.finish(.failure(error)) }
        members = [:]
        planned = []
    }

    private func put(
        _ commit: PlannedCommit,
        _ transaction: inout WriteTransaction
    ) throws(StoreError) {
        for block in commit.blocks {
            let key = CatalogKey.tailBlock(
                of: commit.collection.id,
                commit: commit.commit.commit,
                kind: block.kind,
                field: block.fieldID,
                block: block.number
            )
            try transaction.put(.tail, key, block.bytes, of: core.catalog)
        }
    }
}
