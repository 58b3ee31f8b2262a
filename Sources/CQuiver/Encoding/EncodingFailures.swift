import CQuiverABI
import Encoders
import Quiver

extension EncoderError {
    /// The family of the header that the error belongs to.
    var status: qv_status {
        switch self {
        case .file: QV_ERROR_FILE
        case .prefixOutOfRange, .unfitSetting, .tokenizer(.limitTooSmall): QV_ERROR_CONFIGURATION
        default: QV_ERROR_ENCODER
        }
    }
}

extension CallFailure {
    init(_ error: EncoderError) {
        self.init(status: error.status, message: "\(error)")
    }

    /// That an encoder cannot be used as is asked.
    static func encoder(_ message: String) -> CallFailure {
        CallFailure(status: QV_ERROR_ENCODER, message: message)
    }
}

/// Opens an encoder and translates its error.
func opening<Result>(_ operation: () throws(EncoderError) -> Result) throws(CallFailure) -> Result {
    do throws(EncoderError) {
        return try operation()
    } catch {
        throw CallFailure(error)
    }
}

/// Encodes and translates the error.
func encoding<Result>(_ operation: () throws -> Result) throws(CallFailure) -> Result {
    do {
        return try operation()
    } catch let error as CallFailure {
        throw error
    } catch let error as EncoderError {
        throw CallFailure(error)
    } catch is CancellationError {
        throw CallFailure(StoreError.cancelled)
    } catch {
        throw .encoder("\(error)")
    }
}
