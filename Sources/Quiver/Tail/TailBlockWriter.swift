/// Cuts the documents and rows of one commit into blocks of the tail.
struct TailBlockWriter {
    struct Block {
        let kind: TailBlockKind
        /// Of the vector field or row column.
        let fieldID: UInt32
        let number: UInt32
        let bytes: [UInt8]
    }

    private(set) var blocks: [Block] = []

    /// Adds the commit's documents, in the order of their keys, and its kills.
    ///
    /// - Parameter longTexts: the files of long texts, by the document's ordinal.
    mutating func append(
        documents: [PreparedDocument],
        longTexts: [Int: SegmentFileWriter.Summary],
        kills: [Kill]
    ) {
        var number: UInt32 = 0
        var nextDocument = 0
        var nextKill = 0
        repeat {
            var killBytes = ByteWriter()
            var killCount = 0
            while nextKill < kills.count,
                killBytes.bytes.count + 13 <= TailFormat.blockByteCount / 2
            {
                kills[nextKill].unit.encode(into: &killBytes)
                killBytes.integer(kills[nextKill].ordinal)
                nextKill += 1
                killCount += 1
            }
            var documentBytes = ByteWriter()
            let first = nextDocument
            while nextDocument < documents.count {
                let document = documents[nextDocument]
                let size = document.tailByteCount
                let used = 12 + killBytes.bytes.count + documentBytes.bytes.count
                if nextDocument > first, used + size > TailFormat.blockByteCount { break }
                Self.append(document, longTexts[nextDocument], to: &documentBytes)
                nextDocument += 1
            }
            var block = ByteWriter()
            block.integer(UInt32(nextDocument - first))
            block.integer(UInt32(first))
            block.integer(UInt32(killCount))
            block.append(killBytes.bytes)
            block.append(documentBytes.bytes)
            blocks.append(Block(kind: .documents, fieldID: 0, number: number, bytes: block.bytes))
            number += 1
        } while nextDocument < documents.count || nextKill < kills.count
    }

    /// Adds the documents' metadata, if any of them has some.
    mutating func append(fieldsOf documents: [PreparedDocument]) {
        guard documents.contains(where: { !$0.fields.isEmpty }) else { return }
        appendItems(.fields, count: documents.count, byteCount: { 4 + documents[$0].fields.count })
        {
            (ordinal, block) in
            block.integer(UInt32(documents[ordinal].fields.count))
            block.append(documents[ordinal].fields)
        }
    }

    /// Adds the commit's patches.
    mutating func append(patches: [TailPatch]) {
        appendItems(.patches, count: patches.count, byteCount: { 17 + patches[$0].fields.count }) {
            (index, block) in
            patches[index].unit.encode(into: &block)
            block.integer(patches[index].ordinal)
            block.integer(UInt32(patches[index].fields.count))
            block.append(patches[index].fields)
        }
    }

    /// Adds the rows of one field, how many of them each document has, and their columns.
    mutating func append(rows: PreparedRows, of field: StoredField) {
        appendVectors(rows, of: field)
        if !rows.hasOneRowEach {
            appendItems(.rowCounts, field.id, count: rows.counts.count, byteCount: { _ in 4 }) {
                (ordinal, block) in
                block.integer(rows.counts[ordinal])
            }
        }
        for (place, (id, column)) in field.columns.enumerated() {
            let size = column.type.byteCount
            let values = rows.columns[place]
            let perBlock = TailFormat.blockByteCount / size
            for (number, first) in stride(from: 0, to: rows.count, by: perBlock).enumerated() {
                let end = min(rows.count, first + perBlock)
                var block = ByteWriter()
                block.integer(UInt32(end - first))
                block.integer(UInt32(first))
                block.integer(column.type.rawValue)
                block.append(repeatElement(0, count: 3))
                block.append(values[(first * size)..<(end * size)])
                blocks.append(
                    Block(kind: .column, fieldID: id, number: UInt32(number), bytes: block.bytes)
                )
            }
        }
    }

    private mutating func appendVectors(_ rows: PreparedRows, of field: StoredField) {
        let rowByteCount = field.field.storage.bytesPerRow(dimension: field.field.dimension)
        let perBlock = max(
            1,
            (TailFormat.blockByteCount - TailFormat.vectorHeaderByteCount - 4) / (rowByteCount + 8)
        )
        for (number, first) in stride(from: 0, to: rows.count, by: perBlock).enumerated() {
            let end = min(rows.count, first + perBlock)
            var block = ByteWriter()
            block.integer(UInt32(end - first))
            block.integer(UInt32(first))
            block.integer(UInt32(field.field.dimension))
            block.integer(field.field.storage.rawValue)
            block.append(
                repeatElement(0, count: TailFormat.vectorHeaderByteCount - block.bytes.count)
            )
            block.append(rows.values[(first * rowByteCount)..<(end * rowByteCount)])
            block.append(repeatElement(0, count: (4 - block.bytes.count % 4) % 4))
            for row in first..<end { block.integer(rows.norms[row].bitPattern) }
            if field.field.storage == .int8 {
                for row in first..<end { block.integer(rows.scales[row].bitPattern) }
            }
            blocks.append(
                Block(kind: .vectors, fieldID: field.id, number: UInt32(number), bytes: block.bytes)
            )
        }
    }

    /// Cuts items into blocks that begin with their count and the number of the first.
    private mutating func appendItems(
        _ kind: TailBlockKind,
        _ fieldID: UInt32 = 0,
        count: Int,
        byteCount: (_ index: Int) -> Int,
        _ append: (_ index: Int, _ block: inout ByteWriter) -> Void
    ) {
        var number: UInt32 = 0
        var next = 0
        while next < count {
            var items = ByteWriter()
            let first = next
            while next < count {
                let used = 8 + items.bytes.count
                if next > first, used + byteCount(next) > TailFormat.blockByteCount { break }
                append(next, &items)
                next += 1
            }
            var block = ByteWriter()
            block.integer(UInt32(next - first))
            block.integer(UInt32(first))
            block.append(items.bytes)
            blocks.append(Block(kind: kind, fieldID: fieldID, number: number, bytes: block.bytes))
            number += 1
        }
    }

    private static func append(
        _ document: PreparedDocument,
        _ longText: SegmentFileWriter.Summary?,
        to writer: inout ByteWriter
    ) {
        writer.integer(UInt16(document.key.bytes.count))
        writer.append(document.key.bytes)
        writer.integer(document.textHash)
        let place: TailTextPlace =
            document.text == nil ? .none : longText == nil ? .here : .fileOfCollection
        writer.integer(place.rawValue)
        writer.integer(UInt64(document.text?.utf8.count ?? 0))
        if let longText {
            writer.integer(longText.byteCount)
            writer.integer(longText.checksum)
        } else if let text = document.text {
            writer.append(text.utf8)
        }
    }
}
