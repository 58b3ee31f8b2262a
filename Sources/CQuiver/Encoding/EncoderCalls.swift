// The contract of these functions is include/quiver.h, and is written there alone.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import CQuiverABI
import Encoders
import Quiver

@c @implementation
public func qv_open_encoder(
    _ folder: UnsafePointer<CChar>?,
    _ options: UnsafePointer<qv_encoder_options>?,
    _ encoder: UnsafeMutablePointer<qv_encoder>?
) -> qv_status {
    call { () throws(CallFailure) in
        let folder = try Arguments.string(folder, "folder")
        let output = try Arguments.output(encoder, "encoder")
        let settings =
            try options.map { (pointer) throws(CallFailure) in
                try qv_encoder_options(reading: pointer, "options")
            } ?? qv_encoder_options()
        let description = try EncoderDescription(folder: folder, settings)
        let opened = try opening { () throws(EncoderError) in try OpenedEncoder(description) }
        output.pointee = try HandleTable.shared.insert(.encoder(EncoderAnswer(opened)))
    }
}

@c @implementation
public func qv_open_collection_encoder(
    _ collection: qv_collection,
    _ vector_field: UnsafePointer<CChar>?,
    _ folder: UnsafePointer<CChar>?,
    _ encoder: UnsafeMutablePointer<qv_encoder>?
) -> qv_status {
    call { () throws(CallFailure) in
        let found = try HandleTable.shared.searchable(collection)
        let field = try Arguments.nameOrNil(vector_field, "vector_field")
        let folder = try Arguments.nameOrNil(folder, "folder")
        let output = try Arguments.output(encoder, "encoder")
        let snapshot = try found.readable.snapshot()
        let opened: OpenedEncoder
        if let folder {
            opened = try .opened(snapshot.remembered(of: field), of: snapshot, folder: folder)
            // Texts of this handle need not look for it where it was.
            found.held.encoders.keep(opened)
        } else {
            opened = try found.held.encoders.encoder(of: field, in: snapshot)
        }
        output.pointee = try HandleTable.shared.insert(.encoder(EncoderAnswer(opened)))
    }
}

@c @implementation
public func qv_close_encoder(_ encoder: qv_encoder) -> qv_status {
    call { () throws(CallFailure) in
        _ = try HandleTable.shared.remove(encoder, "encoder", \.encoder)
    }
}

@c @implementation
public func qv_describe_encoder(
    _ encoder: qv_encoder,
    _ report: UnsafeMutablePointer<qv_encoder_report>?
) -> qv_status {
    call { () throws(CallFailure) in
        let answer = try HandleTable.shared.find(encoder, "encoder", \.encoder)
        let output = try Output(report, "report")
        output.fill(answer.report)
    }
}

@c @implementation
public func qv_bind_encoder(
    _ collection: qv_collection,
    _ vector_field: UnsafePointer<CChar>?,
    _ encoder: qv_encoder
) -> qv_status {
    call { () throws(CallFailure) in
        let written = try HandleTable.shared.writable(collection)
        let held = try HandleTable.shared.searchable(collection).held.encoders
        let field = try Arguments.nameOrNil(vector_field, "vector_field")
        let opened = try HandleTable.shared.find(encoder, "encoder", \.encoder).opened
        try written.bind(opened, field)
        held.keep(opened)
    }
}

extension Collection {
    /// Binds a vector field, `nil` being the only one, to an encoder whose rows fit it.
    func bind(_ opened: OpenedEncoder, _ vectorField: String?) throws(CallFailure) {
        let field = try engine { () throws(StoreError) in
            try snapshot().configuration.vectorField(vectorField, ofCollection: name)
        }
        guard field.dimension == opened.dimension else {
            throw .encoder(
                "the encoder makes rows of \(opened.dimension) numbers, vector field "
                    + "\"\(field.name)\" has \(field.dimension)"
            )
        }
        try engine { () throws(StoreError) in
            try bind(to: opened.remembered, vectorField: field.name)
        }
    }
}

extension EncoderDescription {
    /// What a C caller wants to be opened.
    fileprivate init(
        folder: String,
        _ settings: qv_encoder_options
    ) throws(CallFailure) {
        self.init(folder: folder)
        switch settings.mode {
        case UInt32(QV_ENCODER_SENTENCES): mode = .sentences
        case UInt32(QV_ENCODER_TOKENS): mode = .tokens
        default:
            throw .argument(
                "options: mode is \(settings.mode), expected QV_ENCODER_SENTENCES or QV_ENCODER_TOKENS"
            )
        }
        guard settings.flags & ~UInt32(QV_ENCODER_SPECIAL_TOKENS) == 0 else {
            throw .argument("options: flags is \(settings.flags), which has an unknown bit")
        }
        includesSpecialTokens = settings.flags & UInt32(QV_ENCODER_SPECIAL_TOKENS) != 0
        if settings.maximum_tokens > 0 { maximumTokenCount = Int(settings.maximum_tokens) }
        if settings.prefix_dimension > 0 { prefixDimension = Int(settings.prefix_dimension) }
        reduction = try Arguments.nameOrNil(settings.reduction, "options: reduction")
        self = withAbsolutePaths()
    }
}
