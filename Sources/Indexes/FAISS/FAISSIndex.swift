internal import FAISS

/// A FAISS index over the rows of a segment, mapped: its codes, lists and links stay where they are in the file.
///
/// What it finds are candidates. Their distances are computed anew from the stored rows, so that a row has the same
/// distance whichever kind of index found it.
public final class FAISSIndex: Sendable {
    let format: FAISSFormat
    let index: FAISS.Index
    let structure: FactoryString.Structure

    /// What the index is made of.
    public let kind: FAISSKind

    /// Reads the index in `bytes`, which may be anything, and makes sure that it is one of `rows`. The bytes must outlive it.
    ///
    /// The container's own checksums are passed over if `isTrusted`: the caller has checked others over the same bytes. The
    /// structure is checked in any case, O(labels and links), and so is that the container holds what the header says.
    ///
    /// - Parameter bytes: start at a multiple of 64 in memory.
    public init(
        mapping bytes: UnsafeRawBufferPointer,
        rows: Rows,
        isTrusted: Bool = false
    ) throws(IndexError) {
        let format = try FAISSFormat(header: bytes)
        guard let start = bytes.baseAddress, UInt(bitPattern: start).isMultiple(of: 64) else {
            throw .misaligned(.faiss, required: 64)
        }
        guard format.rowCount == rows.count else {
            throw .rowCountMismatch(.faiss, expected: rows.count, found: format.rowCount)
        }
        guard format.dimension == rows.dimension, format.metric == rows.metric else {
            throw .damagedIndex(reason: "it is for rows of another dimension or metric")
        }
        let kind = try FAISSKind(format.factory)
        guard let structure = kind.structure else {
            throw .damagedIndex(reason: "its factory string is not one")
        }
        do {
            index = try FAISS.Index(
                mapping: UnsafeRawBufferPointer(rebasing: bytes[format.containerOffset...]),
                isTrusted: isTrusted
            )
        } catch {
            throw .damagedIndex(reason: error.description)
        }
        guard index.count == rows.count, index.dimension == rows.dimension else {
            throw .damagedIndex(reason: "it holds other rows than its header says")
        }
        let (metric, isNormalized) = try kind.arithmetic(
            dimension: rows.dimension,
            metric: rows.metric
        )
        guard index.metric == metric, format.isNormalized == isNormalized else {
            throw .damagedIndex(reason: "it compares rows otherwise than its header says")
        }
        let read = index.factory?.description
        guard read == kind.description || read == nil && structure.rotatesForProducts else {
            throw .damagedIndex(reason: "it is of another kind than its header says")
        }
        self.format = format
        self.kind = kind
        self.structure = structure
    }
}
