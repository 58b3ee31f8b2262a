/// Cuts the documents and rows of one commit into blocks of the tail.
struct TailBlockWriter {
    struct Block {
        let kind: TailBlockKind
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
                Self.append(kills[nextKill], to: &killBytes)
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

    /// Adds the rows of one field.
    mutating func append(rows: PreparedRows, of field: StoredField) {
        let rowByteCount = field.field.storage.bytesPerRow(dimension: field.field.dimension)
        let perBlock = max(
            1,
            (TailFormat.blockByteCount - TailFormat.vectorHeaderByteCount - 4) / (rowByteCount + 8)
        )
        var first = 0
        var number: UInt32 = 0
        while first < rows.count {
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
                Block(kind: .vectors, fieldID: field.id, number: number, bytes: block.bytes)
            )
            number += 1
            first = end
        }
    }

    private static func append(_ kill: Kill, to writer: inout ByteWriter) {
        switch kill.unit {
        case .tail(let commit):
            writer.integer(UInt8(0))
            writer.integer(commit)
        case .segment(let id):
            writer.integer(UInt8(1))
            writer.integer(id)
        }
        writer.integer(kill.ordinal)
    }

    private static func append(
        _ document: PreparedDocument,
        _ longText: SegmentFileWriter.Summary?,
        to writer: inout ByteWriter
    ) {
        writer.integer(UInt16(document.key.bytes.count))
        writer.append(document.key.bytes)
        writer.integer(document.textHash)
        writer.integer(UInt8(document.text == nil ? 0 : longText == nil ? 1 : 2))
        writer.integer(UInt64(document.text?.utf8.count ?? 0))
        if let longText {
            writer.integer(longText.byteCount)
            writer.integer(longText.checksum)
        } else if let text = document.text {
            writer.append(text.utf8)
        }
    }
}
