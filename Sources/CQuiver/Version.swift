// The contract of these functions is include/quiver.h, and is written there alone.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import CQuiverABI

@c @implementation
public func qv_version() -> UInt32 {
    UInt32(QV_VERSION_MAJOR) * 1_000_000 + UInt32(QV_VERSION_MINOR) * 1_000
        + UInt32(QV_VERSION_PATCH)
}

@c @implementation
public func qv_status_name(_ status: qv_status) -> UnsafePointer<CChar>? {
    let name: StaticString =
        switch status {
        case QV_OK: "QV_OK"
        case QV_ERROR_ARGUMENT: "QV_ERROR_ARGUMENT"
        case QV_ERROR_HANDLE: "QV_ERROR_HANDLE"
        case QV_ERROR_NOT_A_STORE: "QV_ERROR_NOT_A_STORE"
        case QV_ERROR_EXISTS: "QV_ERROR_EXISTS"
        case QV_ERROR_FORMAT: "QV_ERROR_FORMAT"
        case QV_ERROR_LOCKED: "QV_ERROR_LOCKED"
        case QV_ERROR_READ_ONLY: "QV_ERROR_READ_ONLY"
        case QV_ERROR_CLOSED: "QV_ERROR_CLOSED"
        case QV_ERROR_FORK: "QV_ERROR_FORK"
        case QV_ERROR_NOT_FOUND: "QV_ERROR_NOT_FOUND"
        case QV_ERROR_CONFIGURATION: "QV_ERROR_CONFIGURATION"
        case QV_ERROR_KEY: "QV_ERROR_KEY"
        case QV_ERROR_VECTOR: "QV_ERROR_VECTOR"
        case QV_ERROR_TOO_LARGE: "QV_ERROR_TOO_LARGE"
        case QV_ERROR_SEARCH: "QV_ERROR_SEARCH"
        case QV_ERROR_ENCODER: "QV_ERROR_ENCODER"
        case QV_ERROR_CANCELLED: "QV_ERROR_CANCELLED"
        case QV_ERROR_DAMAGED: "QV_ERROR_DAMAGED"
        case QV_ERROR_FILE: "QV_ERROR_FILE"
        case QV_ERROR_CATALOG: "QV_ERROR_CATALOG"
        case QV_ERROR_INDEX: "QV_ERROR_INDEX"
        case QV_ERROR_CONFLICT: "QV_ERROR_CONFLICT"
        case QV_ERROR_FIELD: "QV_ERROR_FIELD"
        case QV_ERROR_DEADLINE: "QV_ERROR_DEADLINE"
        case QV_ERROR_RERANKING: "QV_ERROR_RERANKING"
        default: "unknown status"
        }
    return name.cString
}
