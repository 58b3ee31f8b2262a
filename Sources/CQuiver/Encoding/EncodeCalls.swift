// The contract of these functions is include/quiver.h, and is written there alone.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import CQuiverABI
import Encoders
import Quiver
import Tensors

@c @implementation
public func qv_encode(
    _ encoder: qv_encoder,
    _ texts: UnsafePointer<qv_string>?,
    _ count: UInt64,
    _ options: UnsafePointer<qv_encode_options>?,
    _ encoded: UnsafeMutablePointer<qv_encoded>?
) -> qv_status {
    call { () throws(CallFailure) in
        let opened = try HandleTable.shared.find(encoder, "encoder", \.encoder).opened
        let output = try Arguments.output(encoded, "encoded")
        let work = try EncodingWork(options, opened)
        let texts = try Arguments.texts(texts, count: count, "texts")
        let found = try encoding {
            try opened.encoder.encode(texts, work.request) { done in
                work.callback.goesOn(done, texts.count)
            }
        }
        output.pointee = try HandleTable.shared.insert(
            .encoded(EncodedAnswer(found, columns: opened.encoder.rowColumns))
        )
    }
}

@c @implementation
public func qv_encoded_array(
    _ encoded: qv_encoded,
    _ rows: UnsafeMutablePointer<qv_encoded_rows>?
) -> qv_status {
    call { () throws(CallFailure) in
        let answer = try HandleTable.shared.find(encoded, "encoded", \.encoded)
        let output = try Output(rows, "rows")
        output.fill(answer.rows)
    }
}

@c @implementation
public func qv_encoded_free(_ encoded: qv_encoded) -> qv_status {
    call { () throws(CallFailure) in
        _ = try HandleTable.shared.remove(encoded, "encoded", \.encoded)
    }
}

@c @implementation
public func qv_train_reduction(
    _ encoder: qv_encoder,
    _ texts: UnsafePointer<qv_string>?,
    _ count: UInt64,
    _ dimension: UInt32,
    _ path: UnsafePointer<CChar>?,
    _ options: UnsafePointer<qv_encode_options>?
) -> qv_status {
    call { () throws(CallFailure) in
        let opened = try HandleTable.shared.find(encoder, "encoder", \.encoder).opened
        let path = try Arguments.string(path, "path")
        let work = try EncodingWork(options, opened)
        let texts = try Arguments.texts(texts, count: count, "texts")
        guard let tokens = opened.encoder as? TokenEncoder, tokens.reduction == nil,
            opened.description.prefixDimension == nil
        else {
            throw CallFailure(
                status: QV_ERROR_CONFIGURATION,
                message: "a reduction is found for the whole rows of an encoder of tokens"
            )
        }
        guard (1...tokens.dimension).contains(Int(dimension)) else {
            throw CallFailure(
                status: QV_ERROR_CONFIGURATION,
                message: "dimension is \(dimension), expected 1…\(tokens.dimension)"
            )
        }
        try encoding {
            var training = PrincipalComponentsTraining(dimension: tokens.dimension)
            // As many at once as the encoder sorts by their lengths.
            for start in stride(from: 0, to: texts.count, by: 512) {
                let some = Array(texts[start..<min(texts.count, start + 512)])
                let encoded = try tokens.encode(some, work.request) { done in
                    work.callback.goesOn(start + done, texts.count)
                }
                training.add(encoded.rows[...], threadCount: work.request.threadCount)
            }
            guard
                let reduction = training.components(
                    Int(dimension),
                    source: tokens.reductionSource
                )
            else { throw CallFailure.argument("texts have no token to find a reduction from") }
            do {
                try reduction.write(to: path)
            } catch {
                throw CallFailure(status: QV_ERROR_FILE, message: "\(error)")
            }
        }
    }
}

/// What a `qv_encode_options` asks for.
private struct EncodingWork {
    let request: EncodingRequest
    let callback: ProgressCallback

    init(
        _ options: UnsafePointer<qv_encode_options>?,
        _ opened: OpenedEncoder
    ) throws(CallFailure) {
        let settings =
            try options.map { (pointer) throws(CallFailure) in
                try qv_encode_options(reading: pointer, "options")
            } ?? qv_encode_options()
        let role: EncoderRole
        switch settings.role {
        case UInt32(QV_ROLE_DOCUMENT): role = .document
        case UInt32(QV_ROLE_QUERY): role = .query
        default:
            throw .argument("options: role is \(settings.role), expected a QV_ROLE_ constant")
        }
        var request = opened.request(
            role: role,
            threadCount: try Arguments.threadCount(settings.thread_count)
        )
        request.takeBudget(settings.token_budget)
        self.request = request
        callback = ProgressCallback(settings.progress, settings.context)
    }
}

extension EncodingRequest {
    /// Tokens that a thread takes at once; 0 leaves it to the encoder.
    mutating func takeBudget(_ count: UInt64) {
        tokenBudget = count == 0 ? nil : Int(clamping: count)
    }
}

extension Arguments {
    /// Texts of the caller's, none of them longer than a document's may be.
    static func texts(
        _ pointer: UnsafePointer<qv_string>?,
        count: UInt64,
        _ name: String
    ) throws(CallFailure) -> [String] {
        let array = try array(pointer, count: count, name)
        var texts: [String] = []
        texts.reserveCapacity(array.count)
        for (ordinal, string) in array.enumerated() {
            texts.append(
                try encodedText(string.bytes, string.length, "\(name)[\(ordinal)]")
            )
        }
        return texts
    }

    /// A text that is encoded.
    static func encodedText(
        _ pointer: UnsafePointer<CChar>?,
        _ length: UInt64,
        _ name: @autoclosure () -> String
    ) throws(CallFailure) -> String {
        guard length <= UInt64(Document.maximumTextByteCount) else {
            throw CallFailure(
                status: QV_ERROR_TOO_LARGE,
                message:
                    "\(name()) is \(length) bytes long, more than \(Document.maximumTextByteCount)"
            )
        }
        return try text(pointer, length, name())
    }
}
