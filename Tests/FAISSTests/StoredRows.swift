import CKernels

enum Storage: CaseIterable {
    case float32, float16, int8
}

/// Rows in one of the storage types, with the norms and scales that go with them.
struct StoredRows {
    let dimension: Int
    let storage: Storage
    /// What is stored, as float32.
    private let decoded: [Float]
    private let bytes: [UInt8]
    private let norms: [Float]
    private let scales: [Float]

    var count: Int { norms.count }

    init(_ rows: ClusteredRows, as storage: Storage) {
        dimension = rows.dimension
        self.storage = storage
        var decoded: [Float] = []
        var bytes: [UInt8] = []
        var scales: [Float] = []
        for row in 0..<rows.count {
            let scale = (rows[row].map(abs).max() ?? 0) / 127
            scales.append(scale)
            for value in rows[row] {
                switch storage {
                case .float32:
                    withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
                    decoded.append(value)
                case .float16:
                    let half = Float16(value)
                    withUnsafeBytes(of: half) { bytes.append(contentsOf: $0) }
                    decoded.append(Float(half))
                case .int8:
                    let code = Int8((value / scale).rounded())
                    bytes.append(UInt8(bitPattern: code))
                    decoded.append(Float(code) * scale)
                }
            }
        }
        self.decoded = decoded
        self.bytes = bytes
        self.scales = scales
        norms = (0..<rows.count).map { row in
            decoded[row * rows.dimension..<(row + 1) * rows.dimension].map { $0 * $0 }.reduce(0, +)
                .squareRoot()
        }
    }

    func withRows<Result, Failure: Error>(
        metric: Int32,
        _ body: (qk_rows) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let code =
            switch storage {
            case .float32: QK_FLOAT32
            case .float16: QK_FLOAT16
            case .int8: QK_INT8
            }
        return try bytes.withUnsafeBufferPointer { bytes throws(Failure) in
            try norms.withUnsafeBufferPointer { norms throws(Failure) in
                try scales.withUnsafeBufferPointer { scales throws(Failure) in
                    try body(
                        qk_rows(
                            values: bytes.baseAddress,
                            norms: metric == QK_COSINE ? norms.baseAddress : nil,
                            scales: storage == .int8 ? scales.baseAddress : nil,
                            count: UInt64(norms.count),
                            dimension: UInt32(dimension),
                            storage: UInt8(code),
                            metric: UInt8(metric)
                        )
                    )
                }
            }
        }
    }

    /// Smaller is nearer, as qk_rows.h has it.
    func distance(from query: ArraySlice<Float>, to row: Int, metric: Int32) -> Float {
        var sum: Float = 0
        for (x, y) in zip(query, decoded[row * dimension..<(row + 1) * dimension]) {
            sum += metric == QK_L2 ? (x - y) * (x - y) : -x * y
        }
        return metric == QK_COSINE ? sum / norms[row] : sum
    }
}

/// Float32 rows under L2.
func withRows<Result, Failure: Error>(
    _ values: [Float],
    dimension: Int,
    _ body: (qk_rows) throws(Failure) -> Result
) throws(Failure) -> Result {
    try values.withUnsafeBufferPointer { values throws(Failure) in
        try body(
            qk_rows(
                values: values.baseAddress,
                norms: nil,
                scales: nil,
                count: UInt64(values.count / dimension),
                dimension: UInt32(dimension),
                storage: UInt8(QK_FLOAT32),
                metric: UInt8(QK_L2)
            )
        )
    }
}
