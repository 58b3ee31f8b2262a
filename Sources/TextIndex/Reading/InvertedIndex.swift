/// An inverted index over numbered documents: of their terms, or of weights under numbers.
///
/// Opening reads its footer. Everything else is read where it lies when a query needs it, and nothing in it is trusted before it
/// has been compared with what it leads to.
public struct InvertedIndex: Sendable {
    /// What it counts.
    public let kind: TextIndexKind
    /// The documents that it numbers, from 0.
    public let documentCount: Int
    /// Documents in which there is a term.
    public let nonEmptyCount: Int
    /// The terms of all documents, each as often as it is there.
    public let tokenCount: Int
    /// Different terms.
    public let termCount: Int

    let source: any TextIndexSource
    let blockCount: Int
    /// Where the table of the terms' blocks begins.
    private let tableOffset: Int

    /// Opens an index.
    public init(_ source: any TextIndexSource) throws {
        let byteCount = source.byteCount(of: .terms)
        let start = byteCount - TermsFormat.footerByteCount
        guard start >= 0 else { throw Self.malformed("end early") }
        let footer = try source.bytes(of: .terms, start..<byteCount)
        func number(_ offset: Int) throws -> Int {
            let number = UInt64(
                littleEndian: footer.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            )
            guard number <= UInt64(UInt32.max) << 16 else {
                throw Self.malformed("name a count of \(number)")
            }
            return Int(number)
        }
        let kindNumber = UInt32(littleEndian: footer.loadUnaligned(as: UInt32.self))
        guard let kind = TextIndexKind(rawValue: kindNumber) else {
            throw Self.malformed("are of kind \(kindNumber)")
        }
        self.kind = kind
        documentCount = try number(8)
        nonEmptyCount = try number(16)
        tokenCount = try number(24)
        termCount = try number(32)
        blockCount = try number(40)
        tableOffset = start - blockCount * 8
        self.source = source
        guard tableOffset >= 0, documentCount <= Int(UInt32.max), nonEmptyCount <= documentCount,
            blockCount == (termCount + TermsFormat.blockCount - 1) / TermsFormat.blockCount
        else { throw Self.malformed("have counts that do not fit") }
        let lengthByteCount = kind == .counts ? documentCount * 4 : 0
        guard source.byteCount(of: .lengths) == lengthByteCount else {
            throw TextIndexError.malformed(
                part: .lengths,
                reason:
                    "are \(source.byteCount(of: .lengths)) bytes long, expected \(lengthByteCount)"
            )
        }
    }

    static func malformed(_ reason: String) -> TextIndexError {
        .malformed(part: .terms, reason: reason)
    }

    /// The lengths of all documents, 4 bytes each; none in an index of weights.
    func lengths() throws -> UnsafeRawBufferPointer {
        try source.bytes(of: .lengths, 0..<source.byteCount(of: .lengths))
    }

    /// The bytes of a block of terms.
    func block(_ number: Int) throws -> UnsafeRawBufferPointer {
        let end = min(number + 2, blockCount)
        let table = try source.bytes(
            of: .terms,
            (tableOffset + number * 8)..<(tableOffset + end * 8)
        )
        func offset(_ place: Int) -> UInt64 {
            UInt64(littleEndian: table.loadUnaligned(fromByteOffset: place * 8, as: UInt64.self))
        }
        let start = offset(0)
        let stop = number + 1 < blockCount ? offset(1) : UInt64(tableOffset)
        guard start <= stop, stop <= UInt64(tableOffset) else {
            throw Self.malformed("have block \(number) at \(start)..<\(stop)")
        }
        return try source.bytes(of: .terms, Int(start)..<Int(stop))
    }
}
