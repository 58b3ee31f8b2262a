/// The keys of a segment, ascending, so that a document's ordinal is its key's place.
///
/// | size | what |
/// | --- | --- |
/// | 8 | documents, N |
/// | 8 × (N + 1) | where each key begins, counted from the first key; the last one is where the keys end |
/// | … | the encoded keys (`EncodedKey`), one after the other |
struct KeyFile: Sendable {
    let file: SegmentFile
    let count: Int

    init(_ file: SegmentFile, documentCount: Int) throws(StoreError) {
        self.file = file
        count = documentCount
        guard file.payloadByteCount >= 8 * (documentCount + 2) else {
            throw .damaged(file: file.path, reason: "is too short for \(documentCount) keys")
        }
        let found = try file.integer(UInt64.self, at: 0)
        guard found == UInt64(documentCount) else {
            throw .damaged(
                file: file.path,
                reason: "holds \(found) keys, expected \(documentCount)"
            )
        }
    }

    /// The encoded key of a document; valid while the file lives.
    func key(at ordinal: Int) throws(StoreError) -> UnsafeRawBufferPointer {
        let (start, end) = try file.bounds(UInt64.self, at: 8 * (ordinal + 1))
        let base = 8 * (count + 2)
        guard start < end, end <= UInt64(file.payloadByteCount - base),
            end - start <= UInt64(EncodedKey.maximumByteCount)
        else {
            throw .damaged(
                file: file.path,
                reason: "has key \(ordinal) at bytes \(start) to \(end)"
            )
        }
        return try file.bytes((base + Int(start))..<(base + Int(end)))
    }

    /// The document of `key`, or `nil`. Binary search.
    func ordinal(of key: UnsafeRawBufferPointer) throws(StoreError) -> Int? {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            let order = compareKeys(try self.key(at: middle), key)
            if order == 0 { return middle }
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        return nil
    }
}
