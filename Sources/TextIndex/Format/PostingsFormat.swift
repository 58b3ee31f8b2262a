/// The documents of a term that is in several, by blocks of 128, the last of which may be shorter.
///
/// A **block**: 1 byte bits of a document, 1 byte bits of a value, both 0 to 32; for each document its number less the one before
/// less 1 (before the first of a term is −1), in that many bits; for each document its value, in that many bits, filled up to a byte.
/// The value of a document is how often the term is in it, less 1; in an index of weights it is the weight's bits as a float32.
///
/// Behind the blocks of a term that has several come their **headers**, which are enough to pass over a block:
///
/// | size | what |
/// | --- | --- |
/// | 4 | the block's last document |
/// | 8 | where the block begins, from the first of the term |
/// | 4, 4 | two bounds: 2 bytes value, 2 bytes length, which no document of the block exceeds in both (`ImpactBound`) |
///
/// All numbers are little-endian. The part ends with 8 zero bytes.
enum PostingsFormat {
    static let blockCount = 128
    static let headerByteCount = 20

    /// Appends a block.
    ///
    /// - Parameter previous: the last document of the block before; −1 before the first.
    static func append(
        _ documents: [UInt32],
        _ values: [UInt32],
        previous: Int,
        to bytes: inout [UInt8]
    ) {
        var last = previous
        let gaps = documents.map { document in
            let gap = UInt32(Int(document) - last - 1)
            last = Int(document)
            return gap
        }
        let gapBits = BitPacking.bitCount(gaps.reduce(0, |))
        let valueBits = BitPacking.bitCount(values.reduce(0, |))
        bytes.append(UInt8(gapBits))
        bytes.append(UInt8(valueBits))
        BitPacking.append(gaps, bitCount: gapBits, to: &bytes)
        BitPacking.append(values, bitCount: valueBits, to: &bytes)
    }

    /// Reads a block of `count` documents.
    ///
    /// - Parameters:
    ///   - offset: of the block in the part.
    ///   - previous: the last document of the block before; −1 before the first.
    ///   - bound: documents are below it.
    static func read(
        _ source: any TextIndexSource,
        at offset: Int,
        count: Int,
        previous: Int,
        bound: Int,
        documents: inout [UInt32],
        values: inout [UInt32]
    ) throws {
        let head = try source.checkedBytes(of: .postings, offset..<(offset + 2))
        let gapBits = Int(head[0])
        let valueBits = Int(head[1])
        guard gapBits <= 32, valueBits <= 32 else {
            throw TextIndexError.malformed(
                part: .postings,
                reason: "have a block of \(gapBits) and \(valueBits) bits at \(offset)"
            )
        }
        let gapByteCount = BitPacking.byteCount(count: count, bitCount: gapBits)
        let valueByteCount = BitPacking.byteCount(count: count, bitCount: valueBits)
        let end = offset + 2 + gapByteCount + valueByteCount + BitPacking.paddingByteCount
        let bytes = try source.checkedBytes(of: .postings, offset..<end)
        var last = previous
        BitPacking.read(bytes, at: 2, count: count, bitCount: gapBits) { (index, gap) in
            last += Int(gap) + 1
            documents[index] = UInt32(truncatingIfNeeded: last)
        }
        guard last < bound else {
            throw TextIndexError.malformed(
                part: .postings,
                reason: "name document \(last) of \(bound) at \(offset)"
            )
        }
        BitPacking.read(bytes, at: 2 + gapByteCount, count: count, bitCount: valueBits) {
            values[$0] = $1
        }
    }
}

/// What no document of a block exceeds, for any weighting that grows with the value and shrinks with the length.
///
/// Two of them hold a block's documents between them: one those with the greater values, one the rest, whose documents may be
/// shorter. Both numbers are rounded, the value up and the length down.
struct ImpactBound: Sendable, Hashable {
    /// An upper bound of the values: of counts the number itself, 65,535 standing for that and more; of weights the upper half of the
    /// float32, rounded up.
    let value: UInt16
    /// A lower bound of the lengths; 65,535 stands for that and more.
    let length: UInt16
}
