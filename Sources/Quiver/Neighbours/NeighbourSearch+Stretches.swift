extension NeighbourSearch {
    /// The records of the queries in `range`, from all threads.
    func records(
        _ range: Range<Int>,
        _ format: NeighbourFormat,
        _ progress: NeighbourProgress
    ) throws(StoreError) -> [UInt8] {
        let given = try given(range)
        let size = memory.batchCount
        let portions = stride(from: range.lowerBound, to: range.upperBound, by: size).map {
            $0..<min($0 + size, range.upperBound)
        }
        let dimension = field.field.dimension
        let found = try concurrentResults(
            portions.count,
            threadCount: memory.threadCount
        ) { (place, _) throws(StoreError) in
            let portion = portions[place]
            if progress.isEnded { throw .cancelled }
            let records: [UInt8]
            if let given {
                let start = (portion.lowerBound - range.lowerBound) * dimension
                let numbers = given[start..<start + portion.count * dimension]
                records = try self.records(of: numbers, portion, format)
            } else {
                records = try self.records(ofRows: portion, format)
            }
            progress.add(portion.count)
            return records
        }
        return Array(found.joined())
    }

    /// The vectors of some queries, where they come from elsewhere.
    private func given(_ range: Range<Int>) throws(StoreError) -> [Float]? {
        guard case .vectors(_, _, let read) = request.queries else { return nil }
        let numbers = try read(range)
        guard numbers.count == range.count * field.field.dimension else {
            throw .dimensionMismatch(
                key: nil,
                field: field.field.name,
                expected: field.field.dimension,
                found: numbers.count / range.count
            )
        }
        return numbers
    }
}
