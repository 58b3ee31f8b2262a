import Files

/// Brings the documents of a new segment into the order of one field.
struct FieldOrderWriter {
    /// An entry, with as much of its value as decides most comparisons.
    private struct Entry {
        let prefix: UInt64
        let document: UInt32
        let element: UInt32
    }

    private let field: StoredMetadataField
    private var entries: [Entry] = []
    private var nulls: [UInt32] = []
    private var empties: [UInt32] = []
    private var documentCount: UInt32 = 0

    init(_ field: StoredMetadataField) {
        self.field = field
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
            Entry(prefix: value.orderPrefix, document: document, element: UInt32(element))
        )
    }

    /// Writes the file.
    ///
    /// - Parameter fields: the metadata of a document, to compare what the prefixes leave open.
    consuming func write(
        to file: inout SegmentFileWriter,
        fields: (_ document: Int) throws(StoreError) -> FieldValue?
    ) throws(StoreError) {
        try sort(fields)
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
            let documents = nulls + empties + entries.map(\.document)
            for document in documents { try file.append(document) }
            if isOfLists {
                for _ in 0..<(nulls.count + empties.count) { try file.append(UInt32(0)) }
                for entry in entries { try file.append(entry.element) }
            }
            try file.align(to: 8)
            guard spacing > 0 else { return }
            var words = [UInt64](repeating: 0, count: (Int(documentCount) + 63) / 64)
            for (place, document) in documents.enumerated() {
                words[Int(document) / 64] |= 1 << UInt64(document % 64)
                if (place + 1) % spacing == 0 { for word in words { try file.append(word) } }
            }
        } catch {
            throw .file(error)
        }
    }

    private mutating func sort(
        _ fields: (_ document: Int) throws(StoreError) -> FieldValue?
    ) throws(StoreError) {
        entries.sort { ($0.prefix, $0.document, $0.element) < ($1.prefix, $1.document, $1.element) }
        guard field.field.type.hasLongValues else { return }
        var start = 0
        while start < entries.count {
            var end = start + 1
            while end < entries.count, entries[end].prefix == entries[start].prefix { end += 1 }
            if end - start > 1 { try sort(start..<end, fields) }
            start = end
        }
    }

    /// Sorts entries of one prefix by their values.
    private mutating func sort(
        _ range: Range<Int>,
        _ fields: (_ document: Int) throws(StoreError) -> FieldValue?
    ) throws(StoreError) {
        var valued: [(value: FieldValue, entry: Entry)] = []
        for entry in entries[range] {
            let value = try fields(Int(entry.document))?.element(Int(entry.element))
            valued.append((value ?? .null, entry))
        }
        valued.sort { left, right in
            switch left.value.order(to: right.value) {
            case .before: true
            case .after: false
            case .same, .different:
                (left.entry.document, left.entry.element)
                    < (right.entry.document, right.entry.element)
            }
        }
        entries.replaceSubrange(range, with: valued.map(\.entry))
    }
}

extension FieldType {
    /// Whether values may differ where their prefixes are the same.
    fileprivate var hasLongValues: Bool {
        switch self {
        case .string, .strings, .timestamp: true
        case .int64, .double, .bool, .bytes, .int32s: false
        }
    }
}

extension FieldValue {
    /// An integer that does not fall where the value grows.
    fileprivate var orderPrefix: UInt64 {
        switch self {
        case .int64(let value): UInt64(bitPattern: value) ^ 1 << 63
        case .double(let value): (value == 0 ? 0 : value).orderedBits
        case .bool(let value): value ? 1 : 0
        case .timestamp(let value): UInt64(bitPattern: value.seconds) ^ 1 << 63
        case .string(let value):
            value.utf8.prefix(8).enumerated().reduce(0) { sum, byte in
                sum | UInt64(byte.element) << UInt64(56 - 8 * byte.offset)
            }
        case .null, .strings, .bytes, .int32s: 0
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
