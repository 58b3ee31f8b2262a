import Indexes

/// The documents of a segment in the order of one metadata field: those that are null, and then by value, ties by their number.
/// The values themselves stay in the documents' metadata (`FieldFile`), as the segment was made with it.
///
/// | size | what |
/// | --- | --- |
/// | 8 | documents of the segment, N |
/// | 8 | entries, E |
/// | 8 | the first entries, whose documents are null |
/// | 8 | the entries behind these, whose lists are empty |
/// | 8 | entries from one sum to the next, S; 0 where there are none |
/// | 4 × E | document |
/// | 4 × E | which of the document's list the entry is about; of lists alone |
/// | 0…7 | zeros, to a multiple of 8 |
/// | 8 × ⌈N / 64⌉ each | the documents of the first S, 2 S, … entries, document d being bit d % 64 of word d / 64; not of lists |
///
/// A range of values is a range of entries: its documents are those of one sum and not of another, but for the few entries between.
struct FieldOrderFile: Sendable {
    static let headerByteCount = 40
    /// Below this many entries they are gone through one by one.
    static let leastSummedCount = 4_096
    /// Sums of one file.
    static let sumCount = 32

    let file: SegmentFile
    let entryCount: Int
    let nullCount: Int
    let emptyCount: Int
    private let documentCount: Int
    private let spacing: Int
    private let isOfLists: Bool
    private let sumOffset: Int

    init(
        _ file: SegmentFile,
        documentCount: Int,
        type: FieldType
    ) throws(StoreError) {
        self.file = file
        self.documentCount = documentCount
        isOfLists = type.isList
        func damaged() -> StoreError {
            .damaged(
                file: file.path,
                reason: "does not hold the order of \(documentCount) documents"
            )
        }
        guard file.payloadByteCount >= Self.headerByteCount else { throw damaged() }
        var numbers: [Int] = []
        for place in 0..<5 {
            let number = try file.integer(UInt64.self, at: 8 * place)
            guard number <= UInt64(UInt32.max) else { throw damaged() }
            numbers.append(Int(number))
        }
        (entryCount, nullCount, emptyCount, spacing) = (
            numbers[1], numbers[2], numbers[3], numbers[4]
        )
        let entriesByteCount = entryCount * (isOfLists ? 8 : 4)
        sumOffset = Self.headerByteCount + (entriesByteCount + 7) & ~7
        let words = (documentCount + 63) / 64
        let sums = spacing == 0 || isOfLists ? 0 : entryCount / spacing
        guard numbers[0] == documentCount, nullCount + emptyCount <= entryCount,
            isOfLists || entryCount <= documentCount,
            file.payloadByteCount == sumOffset + sums * words * 8
        else { throw damaged() }
    }

    /// The entries that have a value.
    var values: Range<Int> { (nullCount + emptyCount)..<entryCount }

    /// The document of an entry, and which of its list it is about.
    func entry(_ place: Int) throws(StoreError) -> (document: Int, element: Int) {
        let document = Int(
            try file.integer(UInt32.self, at: Self.headerByteCount + 4 * place)
        )
        guard document < documentCount else {
            throw .damaged(
                file: file.path,
                reason: "names document \(document) of \(documentCount)"
            )
        }
        guard isOfLists else { return (document, 0) }
        let offset = Self.headerByteCount + 4 * (entryCount + place)
        return (document, Int(try file.integer(UInt32.self, at: offset)))
    }

    /// Adds the documents of some entries to a bitmap.
    func insert(_ entries: Range<Int>, into words: inout [UInt64]) throws(StoreError) {
        guard spacing > 0, !isOfLists, entries.count > spacing else {
            try insertOneByOne(entries, into: &words)
            return
        }
        // From the sum before the range, which takes in what is to be left out, to the last within it.
        let first = (entries.lowerBound + spacing - 1) / spacing
        let last = entries.upperBound / spacing
        guard first < last else {
            try insertOneByOne(entries, into: &words)
            return
        }
        let upper = try sum(last)
        let lower = first == 0 ? nil : try sum(first)
        for place in words.indices {
            let word = upper.loadUnaligned(fromByteOffset: 8 * place, as: UInt64.self)
            let before = lower?.loadUnaligned(fromByteOffset: 8 * place, as: UInt64.self) ?? 0
            words[place] |= UInt64(littleEndian: word) & ~UInt64(littleEndian: before)
        }
        try insertOneByOne(entries.lowerBound..<(first * spacing), into: &words)
        try insertOneByOne((last * spacing)..<entries.upperBound, into: &words)
    }

    /// The documents of the first `number · spacing` entries.
    private func sum(_ number: Int) throws(StoreError) -> UnsafeRawBufferPointer {
        let byteCount = (documentCount + 63) / 64 * 8
        let start = sumOffset + (number - 1) * byteCount
        return try file.bytes(start..<(start + byteCount))
    }

    private func insertOneByOne(
        _ entries: Range<Int>,
        into words: inout [UInt64]
    ) throws(StoreError) {
        guard !entries.isEmpty else { return }
        let start = Self.headerByteCount + 4 * entries.lowerBound
        let bytes = try file.bytes(start..<(start + 4 * entries.count))
        for place in 0..<entries.count {
            let document = Int(
                UInt32(
                    littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * place, as: UInt32.self)
                )
            )
            guard document < documentCount else {
                throw .damaged(
                    file: file.path,
                    reason: "names document \(document) of \(documentCount)"
                )
            }
            words[document / 64] |= 1 << UInt64(document % 64)
        }
    }
}

extension FieldType {
    var isList: Bool { self == .strings || self == .int32s }

    /// Whether a segment keeps its documents in the order of such a field.
    var hasOrder: Bool { self != .bytes && self != .sparse }
}
