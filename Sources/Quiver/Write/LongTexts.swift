import Files

/// The texts of a commit that are too long for the catalog: each an immutable file, durable before the commit is.
enum LongTexts {
    /// Writes and syncs the files of those documents whose text is long.
    static func write(
        _ documents: [PreparedDocument],
        commit: UInt64,
        core: StoreCore
    ) throws(StoreError) {
        var isAnyLong = false
        for (ordinal, document) in documents.enumerated() where document.isTextLong {
            isAnyLong = true
            try asStoreError { () throws(FileError) in
                try write(document.text ?? "", commit: commit, ordinal: ordinal, core: core)
            }
        }
        guard isAnyLong else { return }
        try asStoreError { () throws(FileError) in try core.fileSystem.syncDirectory(core.textsPath)
        }
    }

    private static func write(
        _ text: String,
        commit: UInt64,
        ordinal: Int,
        core: StoreCore
    ) throws(FileError) {
        let name = TailFormat.longTextName(commit: commit, ordinal: ordinal)
        let staged = "\(core.stagingPath)/\(name)"
        try core.fileSystem.remove(staged)
        var file = try SegmentFileWriter(creating: staged, kind: .longText, in: core.fileSystem)
        try file.append(Array(text.utf8))
        _ = try file.finish()
        try core.fileSystem.move(staged, to: "\(core.textsPath)/\(name)")
    }
}
