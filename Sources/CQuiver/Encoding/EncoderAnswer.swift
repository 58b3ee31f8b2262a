import CQuiverABI
import Encoders
import Quiver

/// An open encoder, and what C is told of it.
///
/// `@unchecked Sendable`: the report holds pointers, all of them into `arena`, and nothing is written after `init`.
final class EncoderAnswer: @unchecked Sendable {
    let opened: OpenedEncoder
    let report: qv_encoder_report
    private let arena: Arena

    init(_ opened: OpenedEncoder) {
        var arena = Arena()
        var report = qv_encoder_report()
        report.mode = opened.description.mode.constant
        report.dimension = UInt32(clamping: opened.dimension)
        report.maximum_tokens = UInt32(clamping: opened.encoder.maximumTokenCount)
        report.identity = arena.copy(opened.identity.hash).bytes
        report.location = arena.copy(opened.description.description).bytes
        let columns = opened.encoder.rowColumns.map { column in
            var made = qv_row_column()
            made.name = arena.copy(column.name).bytes
            made.type = UInt32(column.type.rawValue)
            return made
        }
        if !columns.isEmpty {
            report.columns = arena.copy(columns)
            report.column_count = UInt64(columns.count)
        }
        self.opened = opened
        self.report = report
        self.arena = arena
    }
}

/// The rows of some texts as C reads them.
///
/// `@unchecked Sendable`: the struct holds pointers, all of them into `arena`, and nothing is written after `init`.
final class EncodedAnswer: @unchecked Sendable {
    let rows: qv_encoded_rows
    private let arena: Arena

    init(_ encoded: EncodedTexts, columns: [RowColumn]) {
        var arena = Arena()
        var rows = qv_encoded_rows()
        rows.dimension = UInt32(clamping: encoded.dimension)
        rows.text_count = UInt64(encoded.textCount)
        rows.row_count = UInt64(encoded.rowCount)
        rows.rows = arena.copy(encoded.rows)
        rows.ends = arena.copy(
            [0] + (0..<encoded.textCount).map { UInt64(encoded.rowRange(of: $0).upperBound) }
        )
        rows.token_counts = arena.copy(encoded.tokenCounts.map { UInt64($0) })
        let list = columns.compactMap { column in
            encoded.columns[column.name].map { qv_row_column(column.name, $0, in: &arena) }
        }
        if !list.isEmpty {
            rows.columns = arena.copy(list)
            rows.column_count = UInt64(list.count)
        }
        self.rows = rows
        self.arena = arena
    }
}

extension EncoderDescription.Mode {
    fileprivate var constant: UInt32 {
        switch self {
        case .sentences: UInt32(QV_ENCODER_SENTENCES)
        case .tokens: UInt32(QV_ENCODER_TOKENS)
        }
    }
}
