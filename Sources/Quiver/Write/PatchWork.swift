import Files
import LMDB

/// Writes the patch files of segments whose documents the tail updated.
struct PatchWork {
    /// A segment's new patch file, in its place but not in the catalog yet.
    struct Written {
        let segment: Segment
        let patches: SegmentRecord.Patches
    }

    let core: StoreCore

    /// Writes what the segment's patches come to with those of the tail; `nil` where the tail has none.
    func write(_ view: CollectionView.SegmentView) throws(StoreError) -> Written? {
        guard !view.patches.isEmpty else { return nil }
        let segment = view.segment
        let patches = try merged(view)
        let generation = (segment.record.patches?.generation ?? 0) + 1
        let name = SegmentName.patches(generation: generation)
        let staged = "\(core.stagingPath)/\(SegmentName.directory(segment.id))-\(name)"
        do {
            try core.fileSystem.remove(staged)
            var file = try SegmentFileWriter(
                creating: staged,
                kind: .patches,
                in: core.fileSystem
            )
            try PatchFile.write(patches, into: &file)
            let summary = try file.finish()
            try core.fileSystem.move(staged, to: "\(segment.path)/\(name)")
            try core.fileSystem.syncDirectory(segment.path)
            return Written(
                segment: segment,
                patches: .init(generation: generation, file: summary)
            )
        } catch {
            throw .file(error)
        }
    }

    /// The segment's own patches and the tail's, in the order of the documents, those of dead documents left out.
    private func merged(
        _ view: CollectionView.SegmentView
    ) throws(StoreError) -> [(ordinal: UInt32, patch: DocumentPatch)] {
        var merged = view.patches
        if let file = view.segment.patches {
            for index in 0..<file.count {
                let ordinal = UInt32(clamping: try file.ordinal(at: index))
                guard merged[ordinal] == nil, !view.dead.contains(ordinal) else { continue }
                merged[ordinal] = DocumentPatch(
                    version: try file.version(at: index),
                    fields: Array(try file.fields(at: index))
                )
            }
        }
        return merged.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
