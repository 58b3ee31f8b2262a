import FAISS
import Testing

/// One kind of index, and what is to be expected of it on `ClusteredRows` of 32 dimensions.
struct Kind: Sendable, CustomTestStringConvertible {
    /// As a user may write it.
    let factory: String
    /// How thoroughly it is searched.
    var parameters = SearchParameters()
    /// recall@10 that it reaches at least.
    let recall: Double
    var metrics: [Metric] = Metric.allCases
    var canRemove = true
    var canReconstruct = true
    var canMerge = true
    /// A search counts signs, so that distances are no squared distances.
    var comparesRows = true

    var testDescription: String { factory }
}

extension Kind {
    private static let lists = SearchParameters(nprobe: 8)

    /// Every kind that the grammar knows.
    static let all: [Kind] = [
        Kind(factory: "Flat", recall: 1),
        Kind(factory: "SQ8", recall: 0.9),
        Kind(factory: "SQ6", recall: 0.85),
        Kind(factory: "SQ4", recall: 0.6),
        Kind(factory: "SQfp16", recall: 0.95),
        Kind(factory: "PQ16", recall: 0.7),
        Kind(factory: "PQ16np", recall: 0.7),
        Kind(factory: "PQ8x9", recall: 0.7),
        Kind(factory: "PQ16x4fs", recall: 0.25),
        Kind(factory: "RQ4x6", recall: 0.2),
        Kind(factory: "RQ2x6_2x5_Nfloat", recall: 0.2),
        Kind(factory: "RQ4x5_Nqint8", recall: 0.2),
        Kind(factory: "RQ4x5_Nqint4", recall: 0.15),
        Kind(factory: "RQ4x5_Ncqint8", recall: 0.2),
        Kind(factory: "RQ4x5_Ncqint4", recall: 0.15),
        Kind(factory: "RQ4x5_Nrq2x4", recall: 0.2),
        Kind(factory: "RQ4x5_Nlsq2x4", recall: 0.2),
        Kind(factory: "LSQ3x4", recall: 0.15),
        Kind(factory: "PRQ2x2x5", recall: 0.15),
        Kind(factory: "PLSQ2x2x4", recall: 0.1),
        Kind(factory: "RQ4x4fs_Nrq2x4", recall: 0.1, metrics: [.l2]),
        Kind(factory: "RQ4x4fs", recall: 0.1, metrics: [.innerProduct]),
        Kind(factory: "LSQ4x4fs_32_Nlsq2x4", recall: 0.1, metrics: [.l2]),
        Kind(factory: "PRQ2x2x4fs_Nrq2x4", recall: 0.1, metrics: [.l2]),
        Kind(factory: "PLSQ2x2x4fs_Nlsq2x4", recall: 0.1, metrics: [.l2]),
        Kind(factory: "LSH", recall: 0.1, metrics: [.l2], comparesRows: false),
        Kind(factory: "LSHrt", recall: 0.1, metrics: [.l2], comparesRows: false),
        Kind(factory: "HNSW16", recall: 0.9, canRemove: false, canMerge: false),
        Kind(
            factory: "HNSW16,SQ8",
            parameters: SearchParameters(efSearch: 64),
            recall: 0.85,
            canRemove: false,
            canMerge: false
        ),
        Kind(
            factory: "HNSW16_PQ16",
            recall: 0.5,
            metrics: [.l2],
            canRemove: false,
            canMerge: false
        ),
        Kind(factory: "NSG16", recall: 0.5, canRemove: false, canMerge: false),
        Kind(
            factory: "NSG16,SQ8",
            parameters: SearchParameters(efSearch: 64),
            recall: 0.5,
            canRemove: false,
            canMerge: false
        ),
        Kind(factory: "NSG16,PQ16", recall: 0.3, metrics: [.l2], canRemove: false, canMerge: false),
        Kind(factory: "IVF16,Flat", parameters: lists, recall: 0.9),
        Kind(factory: "IVF16,SQ8", parameters: lists, recall: 0.85),
        Kind(factory: "IVF16,SQ6", parameters: lists, recall: 0.8),
        Kind(factory: "IVF16,SQ4", parameters: lists, recall: 0.6),
        Kind(factory: "IVF16,SQfp16", parameters: lists, recall: 0.9),
        Kind(factory: "IVF16,PQ16", parameters: lists, recall: 0.7),
        Kind(factory: "IVF16,PQ16x4", parameters: lists, recall: 0.4),
        Kind(
            factory: "IVF16,PQ8+8",
            parameters: SearchParameters(nprobe: 8, kFactor: 4),
            recall: 0.5,
            metrics: [.l2],
            canRemove: false
        ),
        Kind(factory: "IVF16,PQ16x4fs", parameters: lists, recall: 0.25),
        Kind(factory: "IVF16,PQ16x4fsr", parameters: lists, recall: 0.3),
        Kind(factory: "IVF16,RQ4x5", parameters: lists, recall: 0.2),
        Kind(factory: "IVF16,LSQ4x4", parameters: lists, recall: 0.2),
        Kind(factory: "IVF16,PRQ2x2x4_Nqint8", parameters: lists, recall: 0.1),
        Kind(factory: "IVF16,PLSQ2x2x4", parameters: lists, recall: 0.1),
        Kind(factory: "IVF16,RQ4x4fs_Nrq2x4", parameters: lists, recall: 0.1, metrics: [.l2]),
        Kind(factory: "IVF16,RQ4x4fsr", parameters: lists, recall: 0.1, metrics: [.innerProduct]),
        Kind(factory: "IVF16,LSQ4x4fsr_Nlsq2x4", parameters: lists, recall: 0.1, metrics: [.l2]),
        Kind(factory: "IVF16,PRQ2x2x4fs_Nrq2x4", parameters: lists, recall: 0.1, metrics: [.l2]),
        Kind(factory: "IVF16,PLSQ2x2x4fsr_Nrq2x4", parameters: lists, recall: 0.1, metrics: [.l2]),
        Kind(
            factory: "IVF16_HNSW8,Flat",
            parameters: SearchParameters(nprobe: 8, quantizerEfSearch: 32),
            recall: 0.9
        ),
        Kind(factory: "IVF16(SQ8),Flat", parameters: lists, recall: 0.85),
        Kind(factory: "IVF16(HNSW8,SQ8),SQ8", parameters: lists, recall: 0.8),
        Kind(factory: "IVF16(PCA8,Flat),Flat", parameters: lists, recall: 0.8),
        Kind(factory: "IVF16(RCQ2x2),Flat", parameters: lists, recall: 0.7),
        Kind(
            factory: "IMI2x3,SQ8",
            parameters: SearchParameters(nprobe: 32),
            recall: 0.8,
            metrics: [.l2]
        ),
        Kind(factory: "PCA16,Flat", recall: 0.4),
        Kind(factory: "PCAR16,SQ8", recall: 0.4),
        Kind(factory: "PCAW32,Flat", recall: 0.1, canReconstruct: false),
        Kind(
            factory: "PCAWR16,HNSW8",
            recall: 0.05,
            canRemove: false,
            canReconstruct: false,
            canMerge: false
        ),
        Kind(factory: "OPQ8,PQ8", recall: 0.4),
        Kind(factory: "OPQ8_16,IVF16,PQ8x4fs", parameters: lists, recall: 0.15),
        Kind(
            factory: "ITQ,LSH",
            recall: 0.1,
            metrics: [.l2],
            canReconstruct: false,
            comparesRows: false
        ),
        Kind(factory: "ITQ16,Flat", recall: 0.05, canReconstruct: false),
        Kind(factory: "RR,SQ8", recall: 0.85),
        Kind(factory: "RR64,LSHt", recall: 0.1, metrics: [.l2], comparesRows: false),
        Kind(factory: "L2norm,Flat", recall: 0.2),
        Kind(factory: "Pad48,SQ8", recall: 0.85),
        Kind(factory: "L2norm,PCA16,IVF16,Flat", parameters: lists, recall: 0.2),
        Kind(
            factory: "IVF16,PQ16x4fs,RFlat",
            parameters: SearchParameters(nprobe: 8, kFactor: 8),
            recall: 0.8,
            canRemove: false
        ),
        Kind(
            factory: "PQ16x4fs,Refine(SQ8)",
            parameters: SearchParameters(kFactor: 8),
            recall: 0.7,
            canRemove: false
        ),
        Kind(
            factory: "HNSW16,SQ4,RFlat",
            parameters: SearchParameters(efSearch: 64, kFactor: 4),
            recall: 0.8,
            canRemove: false,
            canMerge: false
        ),
        Kind(
            factory: "OPQ8_16,IVF16,PQ8x4fs,Refine(SQfp16)",
            parameters: SearchParameters(nprobe: 8, kFactor: 8),
            recall: 0.5,
            canRemove: false
        ),
        Kind(factory: "IDMap,Flat", recall: 1),
        Kind(factory: "IDMap2,SQ8", recall: 0.9),
        Kind(factory: "HNSW16,IDMap", recall: 0.9, canRemove: false, canMerge: false),
        Kind(factory: "NSG16,IDMap2", recall: 0.5, canRemove: false, canMerge: false),
        Kind(factory: "IDMap,IVF16,Flat", parameters: lists, recall: 0.9),
        Kind(factory: "IDMap,PCA16,IVF16,PQ8x4fs", parameters: lists, recall: 0.15),
        Kind(
            factory: "IDMap,IVF16,PQ16x4fs,RFlat",
            parameters: SearchParameters(nprobe: 8, kFactor: 8),
            recall: 0.8,
            canRemove: false
        ),
    ]

    /// Every kind under each of its metrics.
    static let allWithMetrics: [KindUnderMetric] = all.flatMap { kind in
        kind.metrics.map { KindUnderMetric(kind: kind, metric: $0) }
    }
}

struct KindUnderMetric: Sendable, CustomTestStringConvertible {
    let kind: Kind
    let metric: Metric

    var testDescription: String { "\(kind.factory) under \(metric)" }
}
