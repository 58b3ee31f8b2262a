import CKernels
import Glibc
import Indexes
import TestSupport

/// Rows in one storage type, owned: `rows` is valid while the object lives.
final class StoredRows {
    let storage: Storage
    let metric: Metric
    let dimension: Int
    let count: Int
    private let memory: UnsafeMutableRawPointer
    private let values: UnsafeMutableRawPointer
    private let norms: UnsafeMutablePointer<Float>
    private let scales: UnsafeMutablePointer<Float>

    /// Stores `vectors` starting `shift` numbers after a multiple of 64 bytes.
    init(_ vectors: [[Float]], storage: Storage, metric: Metric, dimension: Int, shift: Int = 0) {
        self.storage = storage
        self.metric = metric
        self.dimension = dimension
        count = vectors.count
        let rowByteCount = storage.bytesPerRow(dimension: dimension)
        memory = .allocate(byteCount: count * rowByteCount + 64 + shift * 4, alignment: 64)
        values = memory + shift * storage.bytesPerRow(dimension: 8) / 8
        norms = .allocate(capacity: count + 1)
        scales = .allocate(capacity: count + 1)
        for (row, vector) in vectors.enumerated() {
            precondition(vector.count == dimension)
            let place = values + row * rowByteCount
            scales[row] = 1
            switch storage {
            case .float32: memcpy(place, vector, rowByteCount)
            case .float16:
                qk_float32_to_float16(
                    vector,
                    place.assumingMemoryBound(to: UInt16.self),
                    dimension
                )
            case .int8:
                qk_quantize_int8(
                    vector,
                    dimension,
                    place.assumingMemoryBound(to: Int8.self),
                    scales + row
                )
            case .binary:
                qk_pack_bits(vector, dimension, place.assumingMemoryBound(to: UInt8.self))
            }
            norms[row] = 1
        }
        for row in 0..<count { norms[row] = qk_norm(rows.decoded(row), dimension) }
    }

    var rows: Rows {
        Rows(
            storage: storage,
            metric: metric,
            dimension: dimension,
            count: count,
            values: values,
            norms: norms,
            scales: scales
        )
    }

    deinit {
        memory.deallocate()
        norms.deallocate()
        scales.deallocate()
    }

    /// The rows' numbers as they are stored.
    var decoded: [[Float]] { (0..<count).map { rows.decoded($0) } }
}

extension Storage {
    /// Those of numbers; bits are `binary` alone.
    static let ofNumbers: [Storage] = [.float32, .float16, .int8]
}

extension Metric {
    /// Those of rows of numbers.
    static let ofNumbers: [Metric] = [.l2, .innerProduct, .cosine]
}

/// Seeded bits around seeded centres.
func clusteredBits(count: Int, dimension: Int, seed: UInt64) -> [[Float]] {
    clusteredVectors(count: count, dimension: dimension, spread: 0.9, seed: seed).map {
        $0.map { $0 > 0 ? 1 : 0 }
    }
}

/// Seeded vectors around seeded centres: what embeddings look like, and what graphs are made for.
func clusteredVectors(
    count: Int,
    dimension: Int,
    clusters: Int = 24,
    spread: Float = 0.6,
    seed: UInt64
) -> [[Float]] {
    var centreRandom = SplitMix64(seed: 7)
    var random = SplitMix64(seed: seed)
    let centres = (0..<clusters).map { _ in
        (0..<dimension).map { _ in Float.random(in: -1...1, using: &centreRandom) }
    }
    return (0..<count).map { _ in
        let centre = centres[Int.random(in: 0..<clusters, using: &random)]
        return centre.map { $0 + Float.random(in: -spread...spread, using: &random) }
    }
}
