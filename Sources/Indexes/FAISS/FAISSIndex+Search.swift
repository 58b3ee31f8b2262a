internal import CKernels
internal import FAISS

extension FAISSIndex {
    /// How a search came to its answer.
    public struct Answer: Sendable, Hashable {
        /// Where hits come from.
        public enum Source: Sendable, Hashable {
            /// From the candidates that FAISS found: approximate.
            case candidates
            /// From all live rows: exact.
            case allRows
        }

        /// Where its hits come from.
        public let source: Source
        /// Distances computed, of rows, codes and centroids; of those by FAISS as many as the settings let expect.
        public let distanceCount: Int
    }

    /// Offers the approximately nearest live rows to `nearest`, with exact distances.
    ///
    /// FAISS finds `candidateFactor` candidates for each hit, which are compared again with the stored rows; of an index
    /// with refinement, which compares them with rows of its own, as many hits as make up for what those have lost. Dead
    /// rows are left out inside inverted lists and FastScan blocks; elsewhere more candidates are asked for in their place.
    /// The lists visited grow as live rows grow rare, so that a search compares about as many live rows as without dead
    /// ones. Where so few are left that comparing them all costs less, that is done, and the answer is exact; so is the
    /// answer where FAISS gave fewer candidates than there are hits to find.
    ///
    /// Runs on the caller's thread.
    ///
    /// - Parameters:
    ///   - rows: the rows of the index.
    ///   - query: for rows like these.
    ///   - settings: how thoroughly to look; those that the kind does not know are passed over.
    ///   - dead: rows that are left out, from this index's `deadRows`; none if `nil`.
    ///   - cancelled: `true` stops the search before it begins or before it turns to all rows.
    ///   - nearest: gets the rows.
    /// - Returns: where the rows come from.
    /// - Throws: `IndexError.dimensionMismatch`, `.metricMismatch`, `.rowCountMismatch`, `.searching`, `.cancelled`.
    @discardableResult
    public func search(
        _ rows: Rows,
        query: Query,
        settings: FAISSSearchSettings = FAISSSearchSettings(),
        excluding dead: DeadRows? = nil,
        cancelled: () -> Bool = { false },
        into nearest: inout Nearest
    ) throws(IndexError) -> Answer {
        try rows.check(query)
        guard rows.count == format.rowCount else {
            throw .rowCountMismatch(.faiss, expected: rows.count, found: format.rowCount)
        }
        let live = dead?.liveCount ?? rows.count
        if live == 0 || nearest.k == 0 { return Answer(source: .allRows, distanceCount: 0) }
        if cancelled() { throw .cancelled }
        let plan = CandidatePlan(
            self,
            wanted: min(max(1, nearest.k - settings.spareCount), live),
            live: live,
            selects: dead?.selector != nil,
            settings: settings
        )
        if let plan, let found = try candidates(plan, query, excluding: dead) {
            offer(found, of: rows, query, to: &nearest)
            return Answer(
                source: .candidates,
                distanceCount: plan.distanceCount + found.count
            )
        }
        try ExactIndex.search(
            rows,
            query: query,
            excluding: dead?.rows,
            cancelled: cancelled,
            into: &nearest
        )
        return Answer(
            source: .allRows,
            distanceCount: live + (plan?.distanceCount ?? 0)
        )
    }

    /// The live rows among what FAISS finds, or nil if they are too few or FAISS does not take the query.
    private func candidates(
        _ plan: CandidatePlan,
        _ query: Query,
        excluding dead: DeadRows?
    ) throws(IndexError) -> [UInt32]? {
        var vector = query.vector
        if format.isNormalized, query.norm > 0 {
            for place in vector.indices { vector[place] /= query.norm }
        }
        do {
            var parameters = plan.parameters
            parameters.selector = dead?.selector
            let result = try index.search(vector.span, k: plan.count, parameters: parameters)
            var found: [UInt32] = []
            found.reserveCapacity(result.labels.count)
            for label in result.labels {
                // Checked when the index was read; a label is a row.
                guard label >= 0, label < Int64(format.rowCount) else { continue }
                if let dead, dead.rows.contains(UInt32(label)) { continue }
                found.append(UInt32(label))
            }
            return found.count < plan.wanted ? nil : found
        } catch .tooLarge {
            return nil
        } catch {
            throw .searching(message: error.description)
        }
    }

    private func offer(
        _ found: [UInt32],
        of rows: Rows,
        _ query: Query,
        to nearest: inout Nearest
    ) {
        let distances = [Float](unsafeUninitializedCapacity: found.count) { out, count in
            withUnsafePointer(to: rows.view) { view in
                qk_distances(view, query.vector, query.norm, found, found.count, out.baseAddress)
            }
            count = found.count
        }
        for place in found.indices { nearest.insert(distance: distances[place], row: found[place]) }
    }
}
