/// How neighbours are written: an array of records in the format that NumPy reads (NEP 1, version 1.0), each the rows and the scores of
/// one query, nearest first.
///
///     neighbours = numpy.load("neighbours.npy", mmap_mode="r")
///     neighbours["rows"][17], neighbours["scores"][17]
///
/// docs/FORMAT.md has every byte.
struct NeighbourFormat: Equatable {
    /// Stands for a row where a query has fewer than k neighbours; the score is NaN.
    static let noRow: Int64 = -1

    let k: Int
    let queryCount: Int

    var recordByteCount: Int { k * (MemoryLayout<Int64>.size + MemoryLayout<Float>.size) }

    /// Bytes before the first record.
    var header: [UInt8] {
        let dictionary =
            "{'descr': [('rows', '<i8', (\(k),)), ('scores', '<f4', (\(k),))], "
            + "'fortran_order': False, 'shape': (\(queryCount),), }"
        // Room for the magic, the version and the length of the rest, which ends with a newline.
        let end = (10 + dictionary.utf8.count + 1 + 63) & ~63
        let padding = [UInt8](repeating: 0x20, count: end - 10 - dictionary.utf8.count - 1)
        let length = UInt16(end - 10)
        return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)]
            + Array(dictionary.utf8) + padding + [0x0A]
    }

    var byteCount: Int { header.count + queryCount * recordByteCount }

    /// Appends the record of one query.
    func append(_ neighbours: [(row: Int, score: Float)], to bytes: inout [UInt8]) {
        for place in 0..<k {
            let row = place < neighbours.count ? Int64(neighbours[place].row) : Self.noRow
            withUnsafeBytes(of: row.littleEndian) { bytes.append(contentsOf: $0) }
        }
        for place in 0..<k {
            let score = place < neighbours.count ? neighbours[place].score : .nan
            withUnsafeBytes(of: score.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
        }
    }
}
