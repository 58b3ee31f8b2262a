import Files

/// Brings the documents of a new segment into the order of one field. Takes 16 bytes of memory an entry, and some more while these
/// are sorted (`byteCountPerEntry`), however long the values are.
struct FieldOrderWriter {
    /// The most memory that an entry takes while it is sorted and written.
    static let byteCountPerEntry = 40

    private let field: StoredMetadataField
    private var entries: [FieldOrderEntry] = []
    private var nulls: [UInt32] = []
    private var empties: [UInt32] = []
    private var documentCount: UInt32 = 0

    /// - Parameter documentCount: of the segment.
    init(_ field: StoredMetadataField, documentCount: Int) {
        self.field = field
        entries.reserveCapacity(documentCount)
    }

    /// Takes in the next document.
    mutating func append(_ fields: UnsafeRawBufferPointer) throws(ByteReader.Malformed) {
        let document = documentCount
        documentCount += 1
        switch try EncodedFields.value(of: field.id, in: fields) {
        case nil: break
        case .null: nulls.append(document)
        case .strings(let list):
            if list.isEmpty { empties.append(document) }
            for (element, value) in list.enumerated() {
                append(.string(value), document, element)
            }
        case .int32s(let list):
            if list.isEmpty { empties.append(document) }
            for (element, value) in list.enumerated() {
                append(.int64(Int64(value)), document, element)
            }
        case let value?: append(value, document, 0)
        }
    }

    private mutating func append(_ value: FieldValue, _ document: UInt32, _ element: Int) {
        entries.append(
            FieldOrderEntry(
                prefix: value.orderPrefix,
                document: document,
                element: UInt32(element)
            )
        )
    }

    /// Writes the file.
    ///
    /// - Parameter fields: the metadata of a document, to compare what the prefixes leave open.
    consuming func write(
        to file: inout SegmentFileWriter,
        fields: (_ document: Int) throws(StoreError) -> FieldValue?
    ) throws(StoreError) {
        try entries.sort(hasLongValues: field.field.type.hasLongValues) {
            (entry) throws(StoreError) in
            try fields(Int(entry.document))?.element(Int(entry.element)) ?? .null
        }
        let isOfLists = field.field.type.isList
        let total = nulls.count + empties.count + entries.count
        let isSummed = !isOfLists && total >= FieldOrderFile.leastSummedCount
        let spacing =
            isSummed
            ? (total + FieldOrderFile.sumCount - 1) / FieldOrderFile.sumCount : 0
        do {
            try file.append(UInt64(documentCount))
            try file.append(UInt64(total))
            try file.append(UInt64(nulls.count))
            try file.append(UInt64(empties.count))
            try file.append(UInt64(spacing))
            try forEachDocument { (document) throws(FileError) in try file.append(document) }
            if isOfLists {
                for _ in 0..<(nulls.count + empties.count) { try file.append(UInt32(0)) }
                for entry in entries { try file.append(entry.element) }
            }
            try file.align(to: 8)
            guard spacing > 0 else { return }
            var words = [UInt64](repeating: 0, count: (Int(documentCount) + 63) / 64)
            var place = 0
            try forEachDocument { (document) throws(FileError) in
                words[Int(document) / 64] |= 1 << UInt64(document % 64)
                place += 1
                if place % spacing == 0 { for word in words { try file.append(word) } }
            }
        } catch {
            throw .file(error)
        }
    }

    /// The document of each entry, in their order.
    private func forEachDocument(
        _ body: (UInt32) throws(FileError) -> Void
    ) throws(FileError) {
        for document in nulls { try body(document) }
        for document in empties { try body(document) }
        for entry in entries { try body(entry.document) }
    }
}

extension FieldType {
    /// Whether values may differ where their prefixes are the same.
    fileprivate var hasLongValues: Bool {
        switch self {
        case .string, .strings, .timestamp: true
        case .int64, .double, .bool, .bytes, .int32s, .sparse: false
        }
    }
}

extension FieldValue {
    fileprivate var orderPrefix: UInt64 {
        switch self {
        case .int64(let value): UInt64(bitPattern: value) ^ 1 << 63
        case .double(let value): (value == 0 ? 0 : value).orderedBits
        case .bool(let value): value ? 1 : 0
        case .timestamp(let value): UInt64(bitPattern: value.seconds) ^ 1 << 63
        case .string(let value): value.utf8.bigEndianPrefix
        case .null, .strings, .bytes, .int32s, .sparse: 0
        }
    }

    /// One of a list's values as a value by itself; what is no list is itself.
    func element(_ number: Int) -> FieldValue? {
        switch self {
        case .strings(let values): number < values.count ? .string(values[number]) : nil
        case .int32s(let values): number < values.count ? .int64(Int64(values[number])) : nil
        default: self
        }
    }
}

extension Double {
    /// The bits in the order of the numbers.
    fileprivate var orderedBits: UInt64 {
        bitPattern >> 63 == 1 ? ~bitPattern : bitPattern | 1 << 63
    }
}
