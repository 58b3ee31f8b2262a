extension IndexKind {
    /// Transforms.
    static let transforms = [
        IndexKind("PCA16,Flat", l2: 0.62, dot: 0.72, loss: 0.24, distances: .asFAISS),
        IndexKind("PCAR16,SQ8", l2: 0.62, dot: 0.72, loss: 0.24, distances: .asFAISS),
        IndexKind("PCAW32,Flat", l2: 0.65, dot: 0.6, distances: .asFAISS),
        IndexKind("PCAW16,SQ8", l2: 0.59, dot: 0.68, distances: .asFAISS),
        IndexKind("PCAWR16,HNSW8", l2: 0.59, dot: 0.67, distances: .asFAISS, changes: .none),
        IndexKind("PCAWR16,IVF16,Flat", "nprobe=8", l2: 0.59, dot: 0.67, distances: .asFAISS),
        IndexKind("OPQ8,PQ8", l2: 0.71, dot: 0.72, loss: 0.046),
        IndexKind(
            "OPQ8_16,PQ8x4fs",
            l2: 0.5,
            dot: 0.48,
            loss: 0.31,
            distances: .asFAISS,
            within: 0.067
        ),
        IndexKind("OPQ8,IVF16,PQ8x4fs", "nprobe=8", l2: 0.43, dot: 0.49, loss: 0.26, within: 0.041),
        IndexKind(
            "OPQ8_16,IVF16,PQ8x4fs",
            "nprobe=8",
            l2: 0.5,
            dot: 0.48,
            loss: 0.31,
            distances: .asFAISS,
            within: 0.067
        ),
        IndexKind("ITQ,LSH", l2: 0.42, distances: .asFAISS),
        IndexKind("ITQ16,LSHt", l2: 0.38, distances: .asFAISS),
        IndexKind("ITQ16,Flat", l2: 0.57, dot: 0.48, distances: .asFAISS),
        IndexKind("ITQ,SQ8", l2: 0.77, dot: 0.58, distances: .asFAISS),
        IndexKind("RR,SQ8", l2: 0.94, dot: 0.95, loss: 4.7e-5),
        IndexKind("RR16,Flat", l2: 0.63, dot: 0.58, loss: 0.56, distances: .asFAISS),
        IndexKind("RR64,LSHt", l2: 0.5, loss: 1.8, distances: .asFAISS),
        IndexKind(
            "L2norm,Flat",
            l2: 0.77,
            dot: 0.58,
            loss: 0.58,
            distances: .asFAISS
        ),
        IndexKind(
            "L2Norm,HNSW16",
            l2: 0.77,
            dot: 0.58,
            loss: 0.58,
            distances: .asFAISS,
            changes: .none
        ),
        IndexKind(
            "L2norm,PCA16,IVF16,Flat",
            "nprobe=8",
            l2: 0.56,
            dot: 0.48,
            loss: 0.69,
            distances: .asFAISS
        ),
        IndexKind("Pad48,SQ8", l2: 0.95, dot: 0.95, loss: 2.9e-5),
        IndexKind(
            "Pad48,IVF16,PQ16x4fs",
            "nprobe=8",
            l2: 0.5,
            dot: 0.53,
            loss: 0.18,
            within: 0.036
        ),
        IndexKind(
            "PCA24,RR,L2norm,Pad32,SQ8",
            l2: 0.68,
            dot: 0.49,
            loss: 0.59,
            distances: .asFAISS
        ),
    ]

    /// Refinement.
    static let refinement = [
        IndexKind("SQ4,RFlat", "k_factor_rf=4", l2: 1, dot: 1, loss: 1e-6, changes: .merging),
        IndexKind(
            "PQ16x4fs,Refine(Flat)",
            "k_factor_rf=8",
            l2: 1,
            dot: 1,
            loss: 1e-6,
            changes: .merging
        ),
        IndexKind(
            "PQ16x4fs,Refine(SQ8)",
            "k_factor_rf=8",
            l2: 0.95,
            dot: 0.95,
            loss: 2.9e-5,
            changes: .merging
        ),
        IndexKind(
            "PQ16x4fs,Refine(SQ6)",
            "k_factor_rf=8",
            l2: 0.93,
            dot: 0.91,
            loss: 4.7e-4,
            changes: .merging
        ),
        IndexKind(
            "PQ16x4,Refine(SQ4)",
            "k_factor_rf=8",
            l2: 0.84,
            dot: 0.86,
            loss: 0.0082,
            changes: .merging
        ),
        IndexKind(
            "PQ16x4fs,Refine(PQ16)",
            "k_factor_rf=8",
            l2: 0.86,
            dot: 0.88,
            loss: 0.0045,
            changes: .merging
        ),
        IndexKind(
            "PQ16x4,Refine(PQ8x9np)",
            "k_factor_rf=8",
            l2: 0.77,
            dot: 0.77,
            loss: 0.022,
            changes: .merging
        ),
        IndexKind(
            "PQ8x4fs,Refine(RQ4x6)",
            "k_factor_rf=8",
            l2: 0.58,
            dot: 0.58,
            loss: 0.11,
            changes: .merging
        ),
        IndexKind(
            "PQ8x4fs,Refine(RQ4x6_Nqint8)",
            "k_factor_rf=8",
            l2: 0.58,
            dot: 0.58,
            loss: 0.11,
            within: 0.014,
            changes: .merging
        ),
        IndexKind(
            "PQ8x4fs,Refine(LSQ3x4)",
            "k_factor_rf=8",
            l2: 0.34,
            dot: 0.35,
            loss: 0.23,
            changes: .merging
        ),
        IndexKind(
            "PQ8x4fs,Refine(PRQ2x2x5)",
            "k_factor_rf=8",
            l2: 0.34,
            dot: 0.41,
            loss: 0.27,
            changes: .merging
        ),
        IndexKind(
            "PQ8x4fs,Refine(PLSQ2x2x4)",
            "k_factor_rf=8",
            l2: 0.35,
            dot: 0.31,
            loss: 0.3,
            changes: .merging
        ),
        IndexKind("RQ4x5,RFlat", "k_factor_rf=16", l2: 1, dot: 1, loss: 1e-6, changes: .merging),
        IndexKind("LSHr,RFlat", "k_factor_rf=16", l2: 1, loss: 1e-6, changes: .merging),
        IndexKind(
            "IVF16,PQ16x4fs,RFlat",
            "nprobe=8,k_factor_rf=8",
            l2: 1,
            dot: 1,
            loss: 1e-6,
            changes: .merging
        ),
        IndexKind(
            "IVF16,SQ4,Refine(SQ8)",
            "nprobe=8,k_factor_rf=4",
            l2: 0.95,
            dot: 0.95,
            loss: 2.9e-5,
            changes: .merging
        ),
        IndexKind(
            "IVF16_HNSW8,PQ16x4fs,Refine(SQfp16)",
            "nprobe=8,k_factor_rf=8",
            l2: 1,
            dot: 1,
            loss: 1e-6,
            changes: .merging
        ),
        IndexKind(
            "IMI2x3,PQ16,RFlat",
            "nprobe=32,k_factor_rf=4",
            l2: 1,
            loss: 1e-6,
            changes: .merging
        ),
        IndexKind(
            "HNSW16,SQ4,RFlat",
            "efSearch=64,k_factor_rf=4",
            l2: 1,
            dot: 1,
            loss: 1e-6,
            changes: .none
        ),
        IndexKind(
            "NSG16,SQ4,Refine(SQ8)",
            "efSearch=64,k_factor_rf=4",
            l2: 0.95,
            dot: 0.95,
            loss: 2.9e-5,
            changes: .none
        ),
        IndexKind("PCA16,SQ8,RFlat", "k_factor_rf=8", l2: 1, dot: 1, loss: 1e-6, changes: .merging),
        IndexKind(
            "OPQ8_16,IVF16,PQ8x4fs,Refine(SQfp16)",
            "nprobe=8,k_factor_rf=8",
            l2: 1,
            dot: 1,
            loss: 1e-6,
            changes: .merging
        ),
    ]

    /// Labels of the caller's.
    static let labels = [
        IndexKind("IDMap,Flat", l2: 1, dot: 1, loss: 1e-6),
        IndexKind("Flat,IDMap2", l2: 1, dot: 1, loss: 1e-6),
        IndexKind("IDMap2,SQ8", l2: 0.95, dot: 0.95, loss: 2.9e-5),
        IndexKind("IDMap,PQ16", l2: 0.86, dot: 0.88, loss: 0.0045),
        IndexKind("IDMap2,PQ16x4fs", l2: 0.66, dot: 0.61, loss: 0.085, within: 0.051),
        IndexKind("RQ4x5,IDMap", l2: 0.46, dot: 0.53, loss: 0.18),
        IndexKind("IDMap,LSH", l2: 0.41, loss: 0.94, distances: .asFAISS),
        IndexKind("HNSW16,IDMap", l2: 1, dot: 1, loss: 1e-6, changes: .none),
        IndexKind(
            "IDMap2,HNSW16,SQ8",
            "efSearch=64",
            l2: 0.95,
            dot: 0.95,
            loss: 2.9e-5,
            changes: .none
        ),
        IndexKind("NSG16,IDMap2", l2: 1, dot: 0.95, loss: 1e-6, changes: .none),
        IndexKind("IDMap,IVF16,Flat", "nprobe=8", l2: 1, dot: 1, loss: 1e-6),
        IndexKind("IVF16,SQ8,IDMap2", "nprobe=8", l2: 0.94, dot: 0.95, loss: 2.8e-5),
        IndexKind("IDMap,IMI2x3,SQ8", "nprobe=32", l2: 0.94, loss: 2.9e-5),
        IndexKind(
            "IDMap2,IVF16,PQ8+8",
            "nprobe=8,k_factor_rf=4",
            l2: 0.9,
            loss: 0.0023,
            changes: .merging
        ),
        IndexKind(
            "IDMap,PCA16,IVF16,PQ8x4fs",
            "nprobe=8",
            l2: 0.45,
            dot: 0.45,
            loss: 0.31,
            distances: .asFAISS,
            within: 0.061
        ),
        IndexKind("IDMap2,L2norm,Flat", l2: 0.77, dot: 0.58, loss: 0.58, distances: .asFAISS),
        IndexKind(
            "IDMap,PQ16x4fs,RFlat",
            "k_factor_rf=8",
            l2: 1,
            dot: 1,
            loss: 1e-6,
            changes: .merging
        ),
        IndexKind(
            "IDMap,IVF16,PQ16x4fs,RFlat",
            "nprobe=8,k_factor_rf=8",
            l2: 1,
            dot: 1,
            loss: 1e-6,
            changes: .merging
        ),
    ]
}
