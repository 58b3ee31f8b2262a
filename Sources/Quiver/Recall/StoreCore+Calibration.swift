import Files

extension StoreCore {
    /// Puts a calibration in the place of the one before, whole or not at all.
    func publish(
        _ calibration: RecallCalibration,
        of id: RecallKnowledge.FieldID
    ) throws(StoreError) {
        let number = indexNumber.wrappingAdd(1, ordering: .relaxed).newValue
        let staged = "\(stagingPath)/recall-\(number)"
        try asStoreError { () throws(FileError) in
            try makeRecallDirectory()
            do throws(FileError) {
                var file = try OutputFile(creating: staged, in: fileSystem)
                try RecallFile.encoded(calibration).withBytes { (bytes) throws(FileError) in
                    try file.write(bytes, at: 0)
                }
                try file.finish()
                try fileSystem.move(staged, to: recall.path(id))
            } catch {
                // What cannot be removed now is swept when a writer opens the store.
                try? fileSystem.remove(staged)
                throw error
            }
            try fileSystem.syncDirectory(recall.directory)
        }
    }

    private func makeRecallDirectory() throws(FileError) {
        guard try fileKind(recall.directory) == .missing else { return }
        try fileSystem.makeDirectory(recall.directory)
        try fileSystem.syncDirectory(path)
    }

    /// Forgets the queries that were kept of a field, and keeps others, each in a place of its own.
    func replaceQueries(
        with queries: [[Float]],
        of id: RecallKnowledge.FieldID,
        seed: UInt64
    ) throws(StoreError) {
        guard let dimension = queries.first?.count else { return }
        let sample = recall.sample(id, dimension: dimension)
        var random = SplitMix64(seed: seed)
        let chosen =
            queries.count > QuerySample.capacity
            ? queries.shuffled(using: &random).prefix(QuerySample.capacity) : queries[...]
        try asStoreError { () throws(FileError) in
            try makeRecallDirectory()
            try fileSystem.remove(sample.path)
        }
        sample.write(
            chosen.enumerated().map { (vector: $0.element, place: $0.offset) },
            time: nanosecondsSince1970(),
            in: fileSystem
        )
    }
}
