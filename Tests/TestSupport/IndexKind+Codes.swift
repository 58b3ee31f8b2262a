extension IndexKind {
    /// Every kind that the grammar of factory strings knows; each word of it stands in one at least. Numbers are what was
    /// measured, recalls less 0.04, losses a tenth and errors half as much again.
    public static let all: [IndexKind] =
        rows + additive + signs + graphs + lists
        + additiveLists + otherLists + transforms + refinement + labels

    /// Rows as they are, or in codes.
    private static let rows = [
        IndexKind("Flat", l2: 1, dot: 1, loss: 1e-6),
        IndexKind("SQ8", l2: 0.95, dot: 0.95, loss: 2.9e-5),
        IndexKind("SQ6", l2: 0.93, dot: 0.91, loss: 4.7e-4),
        IndexKind("SQ4", l2: 0.84, dot: 0.86, loss: 0.0082),
        IndexKind("SQfp16", l2: 1, dot: 1, loss: 1e-6),
        IndexKind("PQ16", l2: 0.86, dot: 0.88, loss: 0.0045),
        IndexKind("PQ16np", l2: 0.86, dot: 0.88, loss: 0.0045),
        IndexKind("PQ16x4", l2: 0.66, dot: 0.61, loss: 0.085),
        IndexKind("PQ8x9", l2: 0.77, dot: 0.77, loss: 0.022),
        IndexKind("PQ4x10np", l2: 0.83, dot: 0.88, loss: 0.012),
        IndexKind("PQ16x4fs", l2: 0.66, dot: 0.61, loss: 0.085, within: 0.051),
        IndexKind("PQ8x4fs_32", l2: 0.45, dot: 0.45, loss: 0.26, within: 0.036),
    ]

    /// Additive codes: each family, each way to keep norms, and FastScan.
    private static let additive = [
        IndexKind("RQ4x6", l2: 0.58, dot: 0.58, loss: 0.11),
        IndexKind("RQ2x6_2x5", l2: 0.57, dot: 0.6, loss: 0.13),
        IndexKind("RQ2x6_2x5_Nfloat", l2: 0.57, dot: 0.6, loss: 0.13),
        IndexKind("RQ4x5_Nnone", l2: 0.36, dot: 0.53, loss: 0.18, distances: .asFAISS),
        IndexKind("RQ4x5_Nqint8", l2: 0.46, dot: 0.53, loss: 0.18, within: 0.017),
        IndexKind("RQ4x5_Nqint4", l2: 0.41, dot: 0.53, loss: 0.18, within: 0.28),
        IndexKind("RQ4x5_Ncqint8", l2: 0.46, dot: 0.53, loss: 0.18, within: 0.0097),
        IndexKind("RQ4x5_Ncqint4", l2: 0.45, dot: 0.53, loss: 0.18, within: 0.19),
        IndexKind("RQ4x5_Nrq2x4", l2: 0.46, dot: 0.53, loss: 0.18, within: 0.039),
        IndexKind("RQ4x5_Nlsq2x4", l2: 0.45, dot: 0.53, loss: 0.18, within: 0.06),
        IndexKind("LSQ3x4", l2: 0.34, dot: 0.37, loss: 0.23),
        IndexKind("LSQ3x4_Nqint8", l2: 0.34, dot: 0.37, loss: 0.23, within: 0.01),
        IndexKind("PRQ2x2x5", l2: 0.34, dot: 0.42, loss: 0.27),
        IndexKind("PRQ2x2x5_Nfloat", l2: 0.34, dot: 0.42, loss: 0.27),
        IndexKind("PLSQ2x2x4", l2: 0.35, dot: 0.31, loss: 0.3),
        IndexKind("PLSQ2x2x4_Ncqint4", l2: 0.36, dot: 0.31, loss: 0.3, within: 0.11),
        IndexKind("RQ4x4fs", dot: 0.41, loss: 0.3, within: 0.0071),
        IndexKind("RQ4x4fs_32_Nnone", dot: 0.41, loss: 0.3, distances: .asFAISS),
        IndexKind("RQ4x4fs_Nrq2x4", l2: 0.34, loss: 0.3, within: 0.062),
        IndexKind("RQ4x4fs_32_Nlsq2x4", l2: 0.34, loss: 0.3, within: 0.046),
        IndexKind("LSQ4x4fs", dot: 0.44, loss: 0.2, within: 0.013),
        IndexKind("LSQ4x4fs_32_Nlsq2x4", l2: 0.44, loss: 0.2, within: 0.081),
        IndexKind("PRQ2x2x4fs", dot: 0.38, loss: 0.45, within: 0.0072),
        IndexKind("PRQ2x2x4fs_Nrq2x4", l2: 0.39, loss: 0.45, within: 0.029),
        IndexKind("PLSQ2x2x4fs_32", dot: 0.31, loss: 0.3, within: 0.0074),
        IndexKind("PLSQ2x2x4fs_Nlsq2x4", l2: 0.35, loss: 0.3, within: 0.053),
    ]

    /// Signs.
    private static let signs = [
        IndexKind("LSH", l2: 0.41, loss: 0.94, distances: .asFAISS),
        IndexKind("LSHr", l2: 0.41, loss: 1.1, distances: .asFAISS),
        IndexKind("LSHt", l2: 0.39, loss: 0.98, distances: .asFAISS),
        IndexKind("LSHrt", l2: 0.45, loss: 1.1, distances: .asFAISS),
    ]

    /// Graphs.
    private static let graphs = [
        IndexKind("HNSW", l2: 1, dot: 1, loss: 1e-6, changes: .none),
        IndexKind("HNSW16", l2: 1, dot: 1, loss: 1e-6, changes: .none),
        IndexKind("HNSW16_Flat", "efSearch=64", l2: 1, dot: 1, loss: 1e-6, changes: .none),
        IndexKind("HNSW16,SQ8", "efSearch=64", l2: 0.95, dot: 0.95, loss: 2.9e-5, changes: .none),
        IndexKind("HNSW16_SQ6", "efSearch=64", l2: 0.93, dot: 0.91, loss: 4.7e-4, changes: .none),
        IndexKind("HNSW16,SQ4", "efSearch=64", l2: 0.84, dot: 0.86, loss: 0.0082, changes: .none),
        IndexKind("HNSW16,SQfp16", "efSearch=64", l2: 1, dot: 1, loss: 1e-6, changes: .none),
        IndexKind("HNSW16_PQ16", l2: 0.86, loss: 0.0045, changes: .none),
        IndexKind("HNSW16,PQ8np", "efSearch=64", l2: 0.73, loss: 0.046, changes: .none),
        IndexKind("NSG", l2: 1, dot: 1, loss: 1e-6, changes: .none),
        IndexKind("NSG16", l2: 1, dot: 0.95, loss: 1e-6, changes: .none),
        IndexKind("NSG16_Flat", "efSearch=64", l2: 1, dot: 1, loss: 1e-6, changes: .none),
        IndexKind("NSG16,SQ8", "efSearch=64", l2: 0.95, dot: 0.95, loss: 2.9e-5, changes: .none),
        IndexKind("NSG16,SQ6", "efSearch=64", l2: 0.93, dot: 0.91, loss: 4.7e-4, changes: .none),
        IndexKind("NSG16_SQ4", "efSearch=64", l2: 0.84, dot: 0.86, loss: 0.0082, changes: .none),
        IndexKind("NSG16,SQfp16", "efSearch=64", l2: 1, dot: 1, loss: 1e-6, changes: .none),
        IndexKind("NSG16,PQ16", l2: 0.86, loss: 0.0045, changes: .none),
        IndexKind("NSG16,PQ8np", "efSearch=64", l2: 0.73, loss: 0.046, changes: .none),
    ]
}
