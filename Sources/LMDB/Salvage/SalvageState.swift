/// A transaction to look for entries in: a meta page, sound or not, and the page size that goes with it.
struct SalvageState {
    let meta: MetaPage
    let pageByteCount: Int

    /// What the meta pages of `file` lead to, the last transaction first, and what unsound meta pages say after that.
    static func states(of file: DataFile, byteCount: UInt64) throws(LMDBError) -> [SalvageState] {
        let first = try metaPage(0, at: 0, of: file)
        let sizes = (9...16).map { UInt32(1) << $0 }
        // The second meta page stands where it says itself that it would.
        var size: UInt32?
        for candidate in sizes {
            guard let second = try metaPage(1, at: candidate, of: file) else { continue }
            guard second.magic == DataFileLayout.magic, second.pageByteCount == candidate else {
                continue
            }
            size = candidate
            break
        }
        if size == nil, let first, first.hasPageByteCount { size = first.pageByteCount }
        // What every usual machine has.
        let pageByteCount = size ?? 4096
        let second = try metaPage(1, at: pageByteCount, of: file)
        let pageCount = byteCount / UInt64(pageByteCount)
        return [first, second].compactMap(\.self)
            .filter { 2..<max(2, pageCount) ~= $0.mainTree.root }
            .sorted {
                let (isSound, other) = ($0.damage().isEmpty, $1.damage().isEmpty)
                return isSound == other ? $0.transaction > $1.transaction : isSound
            }
            .map { SalvageState(meta: $0, pageByteCount: Int(pageByteCount)) }
    }

    private static func metaPage(
        _ index: UInt64,
        at offset: UInt32,
        of file: DataFile
    ) throws(LMDBError) -> MetaPage? {
        let buffer = ByteBuffer(byteCount: DataFileLayout.metaByteCount)
        return try buffer.withBytes { bytes throws(LMDBError) in
            guard try file.readWhatCanBe(at: UInt64(offset), into: bytes) == bytes.count else {
                return nil
            }
            return MetaPage(UnsafeRawBufferPointer(bytes), index: index)
        }
    }
}
