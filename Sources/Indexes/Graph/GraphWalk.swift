internal import CKernels

extension GraphIndex {
    /// The links as the kernels take them.
    var view: qk_graph {
        qk_graph(
            links: base,
            offsets: nil,
            upper_rows: upperRows,
            upper_starts: upperStarts,
            upper_links: upperLinks,
            row_count: UInt64(format.rowCount),
            width: UInt32(format.baseWidth),
            upper_width: UInt32(format.M),
            top_level: UInt32(format.topLevel),
            entry: format.topLevel > 0 ? UInt32(upperEntry) : format.entryPoint
        )
    }

    /// Walks over `rows`, or sketches of them, to the `efSearch` nearest rows outside `dead` and hands them over, nearest first.
    ///
    /// - Parameter markLevel: not 0: the walk ends, misled, if it soon finds no row outside `dead` that is nearer than the nearest of that level.
    /// - Returns: the distances computed; `nil` if cancelled.
    func walk(
        _ rows: qk_rows,
        _ vector: [Float],
        norm: Float,
        efSearch: Int,
        excluding dead: RowSet?,
        selecting: Bool,
        absent: UInt32?,
        markLevel: Int,
        scratch: inout GraphSearchScratch,
        cancelled: () -> Bool,
        _ found: (_ candidates: UnsafeBufferPointer<qk_candidate>) -> Void
    ) -> (distanceCount: Int, isMisled: Bool)? {
        let memory = scratch.reserve(
            for: view,
            efSearch: efSearch,
            excluding: dead != nil
        )
        let finished = vector.withUnsafeBufferPointer { vector in
            withUnsafePointer(to: rows) { view in
                var query = qk_rows_query(
                    rows: view,
                    query: vector.baseAddress,
                    query_norm: norm
                )
                return withUnsafePointer(to: &query) { query in
                    withConditions(
                        excluding: dead,
                        selecting: selecting,
                        absent: absent,
                        markLevel: markLevel,
                        cancelled
                    ) { conditions in
                        withUnsafePointer(to: self.view) { graph in
                            var source = qk_walk_distances_of_rows(query)
                            return qk_walk(graph, &source, 0, efSearch, conditions, memory)
                        }
                    }
                }
            }
        }
        guard finished else { return nil }
        if memory.pointee.misled { return (memory.pointee.measured_count, true) }
        found(UnsafeBufferPointer(start: memory.pointee.pool, count: memory.pointee.pool_count))
        return (memory.pointee.measured_count, false)
    }
}

/// Rows that start a walk besides its entry where most are left out: what is near the entry may lead to none that counts.
private let selectedStartCount: UInt32 = 16

/// Rows that a walk expands before it is known to be misled: by then the ones that lead to hits have come to the nearest of these, as a
/// rule.
private let misledAfter: UInt32 = 12

/// Lends a set of rows and a Swift closure to C.
private func withConditions<Result>(
    excluding dead: RowSet?,
    selecting: Bool,
    absent: UInt32?,
    markLevel: Int,
    _ cancelled: () -> Bool,
    _ body: (UnsafePointer<qk_walk_conditions>) -> Result
) -> Result {
    withoutActuallyEscaping(cancelled) { cancelled in
        var cancelled = cancelled
        return withUnsafePointer(to: &cancelled) { closure in
            var conditions = qk_walk_conditions()
            conditions.cancelled = { context in
                guard let context else { return false }
                return context.assumingMemoryBound(to: (() -> Bool).self).pointee()
            }
            conditions.cancelled_context = UnsafeRawPointer(closure)
            if let absent {
                conditions.has_absent = true
                conditions.absent = absent
            }
            guard let dead else { return body(&conditions) }
            return dead.words.withUnsafeBufferPointer { words in
                var set = qk_row_set(words: words.baseAddress, word_count: UInt64(words.count))
                return withUnsafePointer(to: &set) { set in
                    conditions.excludes = qk_row_set_contains
                    conditions.excludes_context = UnsafeRawPointer(set)
                    conditions.mark_level = UInt32(markLevel)
                    conditions.misled_after = misledAfter
                    conditions.selects = selecting
                    conditions.start_count = selecting ? selectedStartCount : 0
                    return body(&conditions)
                }
            }
        }
    }
}
