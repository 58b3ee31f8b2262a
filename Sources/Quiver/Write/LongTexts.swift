import Files

/// The texts of a commit that are too long for the catalog: each an immutable file, durable before the commit is.
enum LongTexts {
    /// Writes and syncs the files of those documents whose text is long.
    ///
    /// - Returns: what each file is, by the document's ordinal.
    static func write(
        _ documents: [PreparedDocument],
        to collection: UInt32,
        commit: UInt64,
        core: StoreCore
    ) throws(StoreError) -> [Int: SegmentFileWriter.Summary] {
        var files: [Int: SegmentFileWriter.Summary] = [:]
        do {
            for (ordinal, document) in documents.enumerated() where document.isTextLong {
                files[ordinal] = try write(
                    document.text ?? "",
                    name: TailFormat.longTextName(
                        collection: collection,
                        commit: commit,
                        ordinal: ordinal
                    ),
                    core: core
                )
            }
            if !files.isEmpty { try core.fileSystem.syncDirectory(core.textsPath) }
        } catch {
            throw .file(error)
        }
        return files
    }

    private static func write(
        _ text: String,
        name: String,
        core: StoreCore
    ) throws(FileError) -> SegmentFileWriter.Summary {
        let staged = "\(core.stagingPath)/\(name)"
        try core.fileSystem.remove(staged)
        var file = try SegmentFileWriter(creating: staged, kind: .longText, in: core.fileSystem)
        try file.append(Array(text.utf8))
        let summary = try file.finish()
        try core.fileSystem.move(staged, to: "\(core.textsPath)/\(name)")
        return summary
    }
}

extension StoreCore {
    /// Opens the file of a long text of the tail.
    func openLongText(
        _ name: String,
        expected: SegmentFileWriter.Summary
    ) throws(StoreError) -> SegmentFile {
        try SegmentFile(path: "\(textsPath)/\(name)", kind: .longText, expected: expected)
    }
}
