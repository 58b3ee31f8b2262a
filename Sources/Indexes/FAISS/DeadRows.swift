internal import FAISS

extension FAISSIndex {
    /// Rows of the index that searches leave out, in the form in which FAISS takes them.
    ///
    /// Made once, in time and memory linear in the rows of the index (a bit each), for any number of searches and threads.
    public struct DeadRows: Sendable {
        let rows: RowSet
        /// Rows of the index that are not among them.
        let liveCount: Int
        /// The live rows, where FAISS can pass over the others while it looks.
        let selector: Selector?
    }

    /// The rows of `dead`, for searches of this index.
    ///
    /// - Throws: `IndexError.searching` if there is too little memory.
    public func deadRows(_ dead: RowSet) throws(IndexError) -> DeadRows {
        let rowCount = format.rowCount
        let count = dead.count(below: rowCount)
        guard count > 0, structure.selectsRows else {
            return DeadRows(rows: dead, liveCount: rowCount - count, selector: nil)
        }
        do {
            let selector = try Selector(bitmap: dead.liveBitmap(count: rowCount))
            return DeadRows(rows: dead, liveCount: rowCount - count, selector: selector)
        } catch {
            throw .searching(message: error.description)
        }
    }
}

extension FactoryString.Structure {
    /// Whether FAISS passes over rows while it looks at no more cost than asking about their labels.
    fileprivate var selectsRows: Bool {
        switch rows {
        case .fastScan: true
        case .inverted(_, .refinedProductQuantizer): false
        case .inverted(_, .additive(let code)): !code.isFastScan
        case .inverted: true
        default: false
        }
    }
}

extension RowSet {
    /// A bit for each of the rows 0..<count that is not in the set.
    fileprivate func liveBitmap(count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0xFF, count: (count + 7) / 8)
        for place in bytes.indices where place / 8 < words.count {
            bytes[place] = ~UInt8(truncatingIfNeeded: words[place / 8] >> UInt64(place % 8 * 8))
        }
        if count % 8 != 0 { bytes[bytes.count - 1] &= UInt8(1 << (count % 8)) - 1 }
        return bytes
    }
}
