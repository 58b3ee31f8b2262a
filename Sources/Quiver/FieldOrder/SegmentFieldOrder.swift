/// The order of a field in a segment, with the values that it is of.
struct SegmentFieldOrder: Sendable {
    let file: FieldOrderFile
    let field: UInt32
    /// The metadata that the segment was made with.
    let fields: FieldFile

    /// The entries whose value stands so to `value`, which the field can be compared with.
    func entries(
        _ comparison: Filter.Comparison,
        _ value: FieldValue
    ) throws(StoreError) -> Range<Int> {
        let values = file.values
        switch comparison {
        case .equal, .notEqual: return try first(notBefore: value)..<(try first(after: value))
        case .less: return values.lowerBound..<(try first(notBefore: value))
        case .lessOrEqual: return values.lowerBound..<(try first(after: value))
        case .greater: return try first(after: value)..<values.upperBound
        case .greaterOrEqual: return try first(notBefore: value)..<values.upperBound
        }
    }

    /// The entries whose string begins with `prefix`.
    func entries(prefix: String) throws(StoreError) -> Range<Int> {
        let start = try first(notBefore: .string(prefix))
        let end = try firstEntry(from: start) { found in
            guard case .string(let string) = found else { return true }
            return !string.utf8.starts(with: prefix.utf8)
        }
        return start..<end
    }

    private func first(notBefore value: FieldValue) throws(StoreError) -> Int {
        try firstEntry(from: file.values.lowerBound) { $0.order(to: value) != .before }
    }

    private func first(after value: FieldValue) throws(StoreError) -> Int {
        try firstEntry(from: file.values.lowerBound) { $0.order(to: value) == .after }
    }

    /// The first entry that `isBehind` holds of: of none before it, and of all behind it.
    private func firstEntry(
        from start: Int,
        where isBehind: (FieldValue) -> Bool
    ) throws(StoreError) -> Int {
        var low = start
        var high = file.entryCount
        while low < high {
            let middle = (low + high) / 2
            if isBehind(try value(middle)) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    private func value(_ place: Int) throws(StoreError) -> FieldValue {
        let (document, element) = try file.entry(place)
        let bytes = try fields.fields(of: document)
        let value = try asDamage(of: fields.file.path) { () throws(ByteReader.Malformed) in
            try EncodedFields.value(of: field, in: bytes)?.element(element)
        }
        guard let value, value != .null else {
            throw .damaged(
                file: file.file.path,
                reason: "says that document \(document) has a value, which it has not"
            )
        }
        return value
    }
}
