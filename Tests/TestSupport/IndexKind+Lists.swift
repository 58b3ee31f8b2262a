extension IndexKind {
    /// Lists of rows and codes.
    static let lists = [
        IndexKind("IVF16,Flat", "nprobe=8", l2: 1, dot: 1, loss: 1e-6),
        IndexKind("IVF16,SQ8", "nprobe=8", l2: 0.94, dot: 0.95, loss: 2.8e-5),
        IndexKind("IVF16,SQ6", "nprobe=8", l2: 0.92, dot: 0.91, loss: 4.4e-4),
        IndexKind("IVF16,SQ4", "nprobe=8", l2: 0.87, dot: 0.84, loss: 0.0078),
        IndexKind("IVF16,SQfp16", "nprobe=8", l2: 1, dot: 1, loss: 1e-6),
        IndexKind("IVF16,PQ16", "nprobe=8", l2: 0.88, dot: 0.88, loss: 0.0037),
        IndexKind("IVF16,PQ16np", "nprobe=8", l2: 0.88, dot: 0.88, loss: 0.0037),
        IndexKind("IVF16,PQ16x4", "nprobe=8", l2: 0.67, dot: 0.65, loss: 0.067),
        IndexKind("IVF16,PQ8x5np", "nprobe=8", l2: 0.55, dot: 0.55, loss: 0.15),
        IndexKind(
            "IVF16,PQ8+8",
            "nprobe=8,k_factor_rf=4",
            l2: 0.9,
            loss: 0.0023,
            changes: .merging
        ),
        IndexKind("IVF16,PQ16x4fs", "nprobe=8", l2: 0.66, dot: 0.61, loss: 0.085, within: 0.042),
        IndexKind("IVF16,PQ16x4fs_32", "nprobe=8", l2: 0.66, dot: 0.61, loss: 0.085, within: 0.042),
        IndexKind("IVF16,PQ16x4fsr", "nprobe=8", l2: 0.67, dot: 0.65, loss: 0.067, within: 0.042),
    ]

    /// Lists of additive codes.
    static let additiveLists = [
        IndexKind("IVF16,RQ4x5", "nprobe=8", l2: 0.51, dot: 0.49, loss: 0.17),
        IndexKind("IVF16,RQ2x5_2x4", "nprobe=8", l2: 0.48, dot: 0.53, loss: 0.19),
        IndexKind(
            "IVF16,RQ4x5_Nnone",
            "nprobe=8",
            l2: 0.42,
            dot: 0.49,
            loss: 0.17,
            distances: .asFAISS
        ),
        IndexKind("IVF16,RQ4x5_Nfloat", "nprobe=8", l2: 0.51, dot: 0.49, loss: 0.17),
        IndexKind(
            "IVF16,RQ4x5_Ncqint8",
            "nprobe=8",
            l2: 0.5,
            dot: 0.49,
            loss: 0.17,
            within: 0.0094
        ),
        IndexKind("IVF16,LSQ4x4", "nprobe=8", l2: 0.46, dot: 0.46, loss: 0.18),
        IndexKind("IVF16,LSQ3x4_Nqint8", "nprobe=8", l2: 0.43, dot: 0.4, loss: 0.22, within: 0.013),
        IndexKind("IVF16,PRQ2x2x4", "nprobe=8", l2: 0.42, dot: 0.46, loss: 0.35),
        IndexKind(
            "IVF16,PRQ2x2x4_Nqint8",
            "nprobe=8",
            l2: 0.42,
            dot: 0.46,
            loss: 0.35,
            within: 0.011
        ),
        IndexKind("IVF16,PLSQ2x2x4", "nprobe=8", l2: 0.4, dot: 0.43, loss: 0.26),
        IndexKind("IVF16,PLSQ2x2x4_Nfloat", "nprobe=8", l2: 0.4, dot: 0.43, loss: 0.26),
        IndexKind("IVF16,RQ4x4fs_Nrq2x4", "nprobe=8", l2: 0.35, loss: 0.3, within: 0.062),
        IndexKind("IVF16,RQ4x4fsr_Nlsq2x4", "nprobe=8", l2: 0.43, loss: 0.22, within: 0.059),
        IndexKind("IVF16,RQ4x4fs", "nprobe=8", dot: 0.41, loss: 0.3, within: 0.0071),
        IndexKind("IVF16,RQ4x4fsr", "nprobe=8", dot: 0.45, loss: 0.26, within: 0.0057),
        IndexKind("IVF16,LSQ4x4fs_Nrq2x4", "nprobe=8", l2: 0.44, loss: 0.2, within: 0.093),
        IndexKind("IVF16,LSQ4x4fsr_Nlsq2x4", "nprobe=8", l2: 0.45, loss: 0.18, within: 0.079),
        IndexKind("IVF16,LSQ4x4fs", "nprobe=8", dot: 0.44, loss: 0.2, within: 0.013),
        IndexKind("IVF16,PRQ2x2x4fs_Nrq2x4", "nprobe=8", l2: 0.39, loss: 0.45, within: 0.029),
        IndexKind("IVF16,PRQ2x2x4fsr_32_Nlsq2x4", "nprobe=8", l2: 0.41, loss: 0.29, within: 0.067),
        IndexKind("IVF16,PRQ2x2x4fsr", "nprobe=8", dot: 0.46, loss: 0.35, within: 0.0053),
        IndexKind("IVF16,PLSQ2x2x4fs_Nlsq2x4", "nprobe=8", l2: 0.35, loss: 0.3, within: 0.053),
        IndexKind("IVF16,PLSQ2x2x4fsr_Nrq2x4", "nprobe=8", l2: 0.39, loss: 0.24, within: 0.044),
        IndexKind("IVF16,PLSQ2x2x4fs", "nprobe=8", dot: 0.31, loss: 0.3, within: 0.0074),
    ]

    /// Other ways to find lists.
    static let otherLists = [
        IndexKind("IVF16_HNSW,Flat", "nprobe=8", l2: 1, dot: 1, loss: 1e-6),
        IndexKind("IVF16_HNSW8,Flat", "nprobe=8,quantizer_efSearch=32", l2: 1, dot: 1, loss: 1e-6),
        IndexKind("IVF16_HNSW8,SQ8", "nprobe=8", l2: 0.94, dot: 0.95, loss: 2.8e-5),
        IndexKind("IVF16_HNSW8,PQ16", "nprobe=8", l2: 0.88, dot: 0.88, loss: 0.0037),
        IndexKind(
            "IVF16_HNSW8,PQ16x4fs",
            "nprobe=8",
            l2: 0.66,
            dot: 0.61,
            loss: 0.085,
            within: 0.042
        ),
        IndexKind("IVF16_HNSW8,RQ4x5", "nprobe=8", l2: 0.51, dot: 0.49, loss: 0.17),
        IndexKind("IVF16(Flat),SQ8", "nprobe=8", l2: 0.94, dot: 0.95, loss: 2.8e-5),
        IndexKind("IVF16(SQ8),Flat", "nprobe=8", l2: 1, dot: 1, loss: 1e-6),
        IndexKind("IVF16(SQ6),SQ8", "nprobe=8", l2: 0.94, dot: 0.95, loss: 2.7e-5),
        IndexKind("IVF16(SQ4),Flat", "nprobe=8", l2: 1, dot: 1, loss: 1e-6),
        IndexKind("IVF16(SQfp16),PQ16", "nprobe=8", l2: 0.88, dot: 0.88, loss: 0.0037),
        IndexKind("IVF16(HNSW8),Flat", "nprobe=8", l2: 1, dot: 1, loss: 1e-6),
        IndexKind("IVF16(HNSW8,SQ8),SQ8", "nprobe=8", l2: 0.95, dot: 0.95, loss: 2.8e-5),
        IndexKind("IVF16(PCA8,Flat),Flat", "nprobe=8", l2: 1, dot: 1, loss: 1e-6),
        IndexKind("IVF16(PCA8,RR,SQ8),Flat", "nprobe=8", l2: 1, dot: 1, loss: 1e-6),
        IndexKind(
            "IVF16(PCAR8,HNSW8),SQ8",
            "nprobe=8",
            l2: 0.94,
            dot: 0.95,
            loss: 2.9e-5
        ),
        IndexKind("IVF16(RCQ2x2),Flat", "nprobe=8", l2: 1, dot: 0.94, loss: 1e-6),
        IndexKind("IVF16(RCQ1x3_1x1),SQ8", "nprobe=8", l2: 0.94, dot: 0.92, loss: 3.8e-5),
        IndexKind("IMI2x3,Flat", "nprobe=32", l2: 1, loss: 1e-6),
        IndexKind("IMI2x3,SQ8", "nprobe=32", l2: 0.94, loss: 2.9e-5),
        IndexKind("IMI2x3,PQ16", "nprobe=32", l2: 0.87, loss: 0.0038),
        IndexKind("IMI2x3,PQ16x4fs", "nprobe=32", l2: 0.66, loss: 0.085, within: 0.029),
        IndexKind("IMI2x3,RQ4x5", "nprobe=32", l2: 0.49, loss: 0.18),
    ]
}
