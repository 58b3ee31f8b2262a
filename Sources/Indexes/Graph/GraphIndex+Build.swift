internal import FAISS

extension GraphIndex {
    /// Builds a graph over `rows` and lays it out as bytes for `init(validating:rowCount:)`.
    ///
    /// The rows are inserted, and then each is made reachable from the entry point on level 0 (which insertion
    /// alone does not promise: heaps of equal rows make islands). O(n log n · efConstruction · dimension);
    /// needs about twice the graph's bytes. Rows of float32 are sketched, where that does not mislead: the graph is walked over those.
    /// The same rows and parameters give the same bytes, on any number
    /// of threads.
    ///
    /// - Parameters:
    ///   - threadCount: threads that work, the caller's included; the others end with the call.
    ///   - progress: told on the caller's thread how many rows are linked, every 1,024 rows and at the end;
    ///     `false` stops the build.
    /// - Throws: `IndexError.parameter`, `.building` with FAISS's message, `.cancelled`.
    public static func build(
        rows: Rows,
        parameters: GraphParameters = GraphParameters(),
        threadCount: Int = 1,
        progress: (_ rowsDone: Int) -> Bool = { _ in true }
    ) throws(IndexError) -> [UInt8] {
        try parameters.check()
        let graph: HNSWGraph
        do {
            graph = try HNSWGraph.build(
                rows: rows.view,
                M: parameters.M,
                efConstruction: parameters.efConstruction,
                seed: parameters.seed,
                threadCount: threadCount,
                progress: progress
            )
        } catch .cancelled {
            throw .cancelled
        } catch {
            throw .building(message: error.description)
        }
        var links = GraphLinks(graph, M: parameters.M)
        try links.connect(rows, progress: progress)
        var (format, bytes) = GraphFormat.encode(
            links,
            parameters,
            sketchDimension: SketchWriter.gains(by: rows) ? rows.dimension : 0
        )
        let sketching = SketchWriter(rows: rows, format: format)
        if format.sketchDimension > 0, try !sketching.write(to: &bytes) {
            GraphFormat.dropSketches(format, &bytes)
        }
        return bytes
    }
}

extension GraphLinks {
    /// FAISS's links, whose padding is -1, level by level.
    init(_ graph: HNSWGraph, M: Int) {
        self.init(rowCount: graph.count, M: M)
        guard graph.count > 0 else { return }
        entryPoint = UInt32(graph.entryPoint)
        for row in 0..<graph.count {
            graph.withNeighbors(of: row, level: 0) { neighbors in
                for place in neighbors.indices {
                    base[row * 2 * M + place] = UInt32(neighbors[place])
                }
            }
        }
        let levels = graph.withLevels { levels in levels.indices.map { Int(levels[$0]) } }
        for row in 0..<graph.count where levels[row] > 1 {
            upperRows.append(UInt32(row))
            upperLevels.append(levels[row] - 1)
            for level in 1..<levels[row] {
                graph.withNeighbors(of: row, level: level) { neighbors in
                    for place in neighbors.indices { upper.append(UInt32(neighbors[place])) }
                    upper.append(contentsOf: repeatElement(Self.none, count: M - neighbors.count))
                }
            }
        }
    }
}
