/// Weights of some dimensions, such as a learned sparse encoder gives the terms of a text (Formal, Piwowarski and Clinchant, "SPLADE",
/// 2021); all others are 0. Two are compared by their inner product.
public struct SparseVector: Sendable, Hashable {
    /// The dimensions that have a weight, in ascending order, each once.
    public let indices: [UInt32]
    /// The weight of each, above 0 and finite.
    public let values: [Float]

    /// A vector of these weights, given in any order.
    ///
    /// - Parameters:
    ///   - indices: the dimensions, each once.
    ///   - values: the weight of each.
    /// - Throws: `invalidSparseVector`.
    public init(indices: [UInt32], values: [Float]) throws(StoreError) {
        guard indices.count == values.count else {
            throw .invalidSparseVector(
                reason: "has \(indices.count) indices and \(values.count) values"
            )
        }
        if let place = values.firstIndex(where: { !($0 > 0 && $0.isFinite) }) {
            throw .invalidSparseVector(
                reason:
                    "has the weight \(values[place]) for index \(indices[place]); weights are finite and above 0"
            )
        }
        if Self.isAscending(indices) {
            self.indices = indices
            self.values = values
            return
        }
        let order = indices.indices.sorted { indices[$0] < indices[$1] }
        let sorted = order.map { indices[$0] }
        if let place = sorted.indices.dropFirst().first(where: { sorted[$0] == sorted[$0 - 1] }) {
            throw .invalidSparseVector(reason: "has index \(sorted[place]) twice")
        }
        self.indices = sorted
        self.values = order.map { values[$0] }
    }

    /// A vector of the weights of these dimensions.
    ///
    /// - Throws: `invalidSparseVector`.
    public init(_ weights: [UInt32: Float]) throws(StoreError) {
        let indices = weights.keys.sorted()
        try self.init(indices: indices, values: indices.compactMap { weights[$0] })
    }

    private static func isAscending(_ indices: [UInt32]) -> Bool {
        zip(indices, indices.dropFirst()).allSatisfy { $0 < $1 }
    }
}

/// The vector as the metadata has it.
///
/// | size | what |
/// | --- | --- |
/// | 4 | count |
/// | 4 each | indices, ascending |
/// | 4 each | values, float32 |
extension SparseVector {
    func encode(into writer: inout ByteWriter) {
        writer.integer(UInt32(indices.count))
        for index in indices { writer.integer(index) }
        for value in values { writer.integer(value.bitPattern) }
    }

    static func decode(_ reader: inout ByteReader) throws(ByteReader.Malformed) -> SparseVector {
        let count = Int(try reader.integer(UInt32.self))
        let bytes = try reader.bytes(8 * count)
        func word(_ place: Int) -> UInt32 {
            UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * place, as: UInt32.self))
        }
        let indices = (0..<count).map(word)
        guard isAscending(indices) else {
            throw .init(reason: "holds a sparse vector whose indices are not in order")
        }
        do {
            return try SparseVector(
                indices: indices,
                values: (count..<(2 * count)).map { Float(bitPattern: word($0)) }
            )
        } catch {
            throw .init(reason: "holds a sparse vector with a weight that is not above 0")
        }
    }
}
