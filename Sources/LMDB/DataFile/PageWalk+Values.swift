extension PageWalk {
    /// The value of a leaf node, or nil if it cannot be had.
    mutating func value<Failure: LMDBErrorConvertible>(
        of node: TreePage.Node,
        _ index: Int,
        _ treePage: TreePage,
        _ page: UInt64,
        _ position: TreePosition,
        _ tally: inout TreeTally,
        _: Failure.Type
    ) throws(Failure) -> LeafValue? {
        let stored = treePage.storedValue(node)
        switch node.flags {
        case 0:
            return .bytes(stored)
        case DataFileLayout.overflowValue:
            do throws(LMDBError) {
                return try overflowValue(
                    at: stored.loadUnaligned(as: UInt64.self),
                    byteCount: node.valueByteCount,
                    reads: position.readsValues,
                    &tally
                ).map { .bytes($0) }
            } catch {
                throw Failure(error)
            }
        case DataFileLayout.treeValue
        where position.isInMainTree && stored.count == DataFileLayout.recordByteCount:
            return .tree(TreeRecord(stored))
        default:
            damage(
                page,
                "flags of node \(index)",
                "0 or \(DataFileLayout.overflowValue)",
                "\(node.flags)"
            )
            return nil
        }
    }

    /// Reads a value from its overflow run, having checked the run.
    private mutating func overflowValue(
        at first: UInt64,
        byteCount: Int,
        reads: Bool,
        _ tally: inout TreeTally
    ) throws(LMDBError) -> UnsafeRawBufferPointer? {
        guard first >= 2, first < min(pageLimit, filePageCount) else {
            damage(first, "page", "2..<\(min(pageLimit, filePageCount))", "\(first)")
            return nil
        }
        let headerBytes = valueBuffer.reserve(DataFileLayout.headerByteCount)
        let offset = first * UInt64(pageByteCount)
        guard try file.read(at: offset, into: headerBytes) == headerBytes.count else {
            damage(first, "page", "\(pageByteCount) bytes", "the end of the file")
            return nil
        }
        let header = PageHeader(UnsafeRawBufferPointer(headerBytes))
        guard header.number == first, header.flags == DataFileLayout.overflowPage else {
            damage(
                first,
                "page number and flags",
                "\(first) and \(DataFileLayout.overflowPage)",
                "\(header.number) and \(header.flags)"
            )
            _ = claim(first, 1)
            return nil
        }
        // A shorter value may have been written over a longer one and have kept its run.
        let needed = DataFileLayout.overflowPageCount(byteCount, pageByteCount: pageByteCount)
        let count = UInt64(header.overflowPageCount)
        let isInFile = count <= min(pageLimit, filePageCount) - first
        guard count >= UInt64(needed), isInFile else {
            damage(
                first,
                "length of an overflow run",
                "\(needed)…\(min(pageLimit, filePageCount) - first) pages",
                "\(count)"
            )
            _ = claim(first, 1)
            return nil
        }
        tally.overflowPageCount += count
        guard claim(first, count) else { return nil }
        guard reads else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        let bytes = valueBuffer.reserve(byteCount)
        guard
            try file.read(at: offset + UInt64(DataFileLayout.headerByteCount), into: bytes)
                == byteCount
        else {
            damage(first, "value", "\(byteCount) bytes", "the end of the file")
            return nil
        }
        return UnsafeRawBufferPointer(bytes)
    }
}
