import CQuiverABI
import Quiver

/// Why a call failed: the status that it returns and the sentence that `qv_error_message` gives.
struct CallFailure: Error {
    let status: qv_status
    let message: String

    static func argument(_ message: String) -> CallFailure {
        CallFailure(status: QV_ERROR_ARGUMENT, message: message)
    }
}

extension CallFailure {
    init(_ error: StoreError) {
        self.init(status: error.status, message: "\(error)")
    }
}

extension StoreError {
    /// The family of the header that the error belongs to.
    var status: qv_status {
        switch self {
        case .notAStore: QV_ERROR_NOT_A_STORE
        case .alreadyExists, .begunOtherwise, .collectionExists, .keyExists, .snapshotExists:
            QV_ERROR_EXISTS
        case .unsupportedFormat: QV_ERROR_FORMAT
        case .lockedByWriter: QV_ERROR_LOCKED
        case .readOnly: QV_ERROR_READ_ONLY
        case .closed: QV_ERROR_CLOSED
        case .usedAfterFork: QV_ERROR_FORK
        case .unknownCollection, .unknownSnapshot, .unknownVectorField, .unknownField,
            .unknownRowColumn, .unknownKey:
            QV_ERROR_NOT_FOUND
        case .invalidName, .notACache, .invalidConfiguration, .tooLittleMemory, .unfitSegment,
            .unsupportedIndex, .ambiguousVectorField:
            QV_ERROR_CONFIGURATION
        case .invalidKey, .duplicateKey, .duplicateCollection: QV_ERROR_KEY
        case .versionConflict: QV_ERROR_CONFLICT
        case .fieldTypeMismatch, .invalidFieldValue, .invalidSparseVector: QV_ERROR_FIELD
        case .missingVectors, .missingRowColumn, .rowColumnMismatch, .dimensionMismatch,
            .notFinite, .notABit, .normOverflow, .zeroVector, .float16Overflow:
            QV_ERROR_VECTOR
        case .textTooLong, .tooLarge: QV_ERROR_TOO_LARGE
        case .invalidK, .invalidSearch, .invalidFilter, .invalidReading, .noSuchDocument,
            .unknownSearchSetting:
            QV_ERROR_SEARCH
        case .wrongEncoder, .noEncoder: QV_ERROR_ENCODER
        case .cancelled: QV_ERROR_CANCELLED
        case .rerankingFailed: QV_ERROR_RERANKING
        case .deadlineExceeded: QV_ERROR_DEADLINE
        case .damaged: QV_ERROR_DAMAGED
        case .file: QV_ERROR_FILE
        case .catalog: QV_ERROR_CATALOG
        case .index: QV_ERROR_INDEX
        }
    }
}

/// Runs the body of one C call: turns what it throws into a status and keeps the message for the thread.
func call(_ body: () throws(CallFailure) -> Void) -> qv_status {
    do throws(CallFailure) {
        guard HostProcess.isTheOneThatStarted else {
            throw CallFailure(
                status: QV_ERROR_FORK,
                message:
                    "this process forked after it first used Quiver; only the parent may go on using it"
            )
        }
        try body()
        return QV_OK
    } catch {
        LastError.set(error.message)
        return error.status
    }
}

/// Runs one operation of the engine and translates its error.
func engine<Result>(_ operation: () throws(StoreError) -> Result) throws(CallFailure) -> Result {
    do throws(StoreError) {
        return try operation()
    } catch {
        throw CallFailure(error)
    }
}
