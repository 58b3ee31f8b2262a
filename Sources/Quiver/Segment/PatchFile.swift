import Files

/// The documents of a segment whose metadata was updated since it was made, in their order.
///
/// | size | what |
/// | --- | --- |
/// | 8 | patches, N |
/// | 8 × N | ordinal of the document in the segment |
/// | 8 × N | version: the commit that updated it |
/// | 8 × (N + 1) | where each one's metadata begins, counted from the first; the last one is where they end |
/// | … | `EncodedFields`, one after the other |
struct PatchFile: Sendable {
    let file: SegmentFile
    let count: Int

    init(_ file: SegmentFile) throws(StoreError) {
        self.file = file
        let found = file.payloadByteCount >= 16 ? try file.integer(UInt64.self, at: 0) : .max
        guard found <= UInt64(Int32.max), file.payloadByteCount >= 8 * (3 * Int(found) + 2) else {
            throw .damaged(file: file.path, reason: "is too short for its patches")
        }
        count = Int(found)
    }

    /// The document that a patch is for.
    func ordinal(at index: Int) throws(StoreError) -> Int {
        Int(clamping: try file.integer(UInt64.self, at: 8 * (1 + index)))
    }

    func version(at index: Int) throws(StoreError) -> UInt64 {
        try file.integer(UInt64.self, at: 8 * (1 + count + index))
    }

    /// A patch's metadata; valid while the file lives.
    func fields(at index: Int) throws(StoreError) -> UnsafeRawBufferPointer {
        let (start, end) = try file.bounds(UInt64.self, at: 8 * (1 + 2 * count + index))
        let base = 8 * (3 * count + 2)
        guard start <= end, end <= UInt64(file.payloadByteCount - base) else {
            throw .damaged(
                file: file.path,
                reason: "has the metadata of patch \(index) at bytes \(start) to \(end)"
            )
        }
        return try file.bytes((base + Int(start))..<(base + Int(end)))
    }

    /// The patch of a document, or `nil`. Binary search.
    func index(of ordinal: Int) throws(StoreError) -> Int? {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            let found = try self.ordinal(at: middle)
            if found == ordinal { return middle }
            if found < ordinal { low = middle + 1 } else { high = middle }
        }
        return nil
    }

    /// Writes a file of patches, which are in the order of their documents.
    static func write(
        _ patches: [(ordinal: UInt32, patch: DocumentPatch)],
        into file: inout SegmentFileWriter
    ) throws(FileError) {
        try file.append(UInt64(patches.count))
        for (ordinal, _) in patches { try file.append(UInt64(ordinal)) }
        for (_, patch) in patches { try file.append(patch.version) }
        var offset: UInt64 = 0
        for (_, patch) in patches {
            try file.append(offset)
            offset += UInt64(patch.fields.count)
        }
        try file.append(offset)
        for (_, patch) in patches { try file.append(patch.fields) }
    }
}

/// What a document's metadata and version are instead of those that it was written with.
struct DocumentPatch: Sendable, Hashable {
    let version: UInt64
    /// `EncodedFields`.
    let fields: [UInt8]
}
