import Encoders
import Files
import Glibc
import Interchange
import JSON
import LMDB
import Quiver
import Tokenizers

/// What to tell a person about `error`: what is wrong, with what, and the next step. `nil` for errors of
/// the command line itself.
func explanation(of error: any Error) -> String? {
    switch error {
    case let error as StoreError: sentence(error)
    case let error as InterchangeError: sentence(error)
    case let error as EncoderFailure: error.message
    case let error as FilterFailure: "\(error.cause)"
    case let error as FileError: sentence(error)
    case let error as TokenizerError: "\(error)"
    case let error as EncoderError: "\(error)"
    case let error as JSONError: "\(error)"
    case let error as OutputFailure:
        "standard output: \(String(cString: strerror(error.code))) (errno \(error.code))"
    case let error as AcknowledgementLost:
        error.cause is OutputClosed
            ? "standard output was closed before all was imported; what was acknowledged is kept, "
                + "run the same import again for the rest"
            : explanation(of: error.cause)
    case let error as MissingKeys:
        "no document under " + error.keys.map { printable($0.argument) }.joined(separator: ", ")
    case let error as DamageFound:
        "\(error.store): damaged in \(error.count) place\(error.count == 1 ? "" : "s"); "
            + "restore the store from a copy, or make a new one of what can be read: "
            + "quiver repair \(error.store) NEW-STORE"
    case let error as RepairedInPart:
        "\(error.store) is a sound store that lacks what is listed; import those documents again"
    case is IndexingInterrupted:
        "interrupted; all documents are imported and can be searched, the next import finishes "
            + "their index"
    case is Interrupted, is CancellationError: "interrupted"
    default: nil
    }
}

/// Whether the user ended the work, rather than an error.
func isInterruption(_ error: any Error) -> Bool {
    switch error {
    case is Interrupted, is IndexingInterrupted, is CancellationError: true
    case let error as StoreError: error == .cancelled || error == .index(.cancelled)
    case let error as InterchangeError: error == .cancelled
    default: false
    }
}

/// Whether what was asked for does not go with the collection, rather than anything having failed.
func isUsage(_ error: any Error) -> Bool {
    switch error {
    case StoreError.unknownSearchSetting, StoreError.ambiguousVectorField, is FilterFailure: true
    case InterchangeError.refused(let error, at: _): isUsage(error)
    default: false
    }
}

private func sentence(_ error: InterchangeError) -> String {
    switch error {
    case .file(let error): sentence(error)
    case .refused(let error, let position?): "\(position): \(sentence(error))"
    case .refused(let error, nil): sentence(error)
    case .cancelled: "interrupted; what was acknowledged is kept"
    default: "\(error)"
    }
}

private func sentence(_ error: StoreError) -> String {
    switch error {
    case .file(let error): sentence(error)
    case .catalog(let error): "\(error)" + (cure(for: error).map { "; \($0)" } ?? "")
    case .cancelled: "interrupted"
    default: "\(error)" + (cure(for: error).map { "; \($0)" } ?? "")
    }
}

private func sentence(_ error: FileError) -> String {
    guard case .system(_, _, let code) = error else { return "\(error)" }
    return "\(error)" + (cure(forSystemError: code).map { "; \($0)" } ?? "")
}

/// What to do about an error of the store, in the words of the command line.
private func cure(for error: StoreError) -> String? {
    switch error {
    case .notAStore(let path): "make one with quiver create \(path) COLLECTION --dimension D"
    case .alreadyExists: "choose another path"
    case .begunOtherwise(let path, _, _, _):
        "ask the same, or remove \(path) and \(path).log to begin anew"
    case .unsupportedFormat: "use the version of quiver that wrote it"
    case .lockedByWriter: "wait until that is done, or end it"
    case .damaged: "list all damage with quiver verify"
    case .unknownCollection: "list those that are there with quiver stats STORE"
    case .collectionExists: "choose another name"
    case .unknownVectorField, .unknownField:
        "list those that are there with quiver stats STORE COLLECTION"
    case .ambiguousVectorField(_, let fields) where !fields.isEmpty:
        "name it with --vector-field NAME"
    case .missingVectors:
        "give it one; fields that were created with --optional-vector need none"
    case .unknownKey: "list the keys with quiver scan STORE COLLECTION"
    case .keyExists: "leave it out, or replace the document with an import without --insert"
    case .zeroVector: "leave it out, or use the metric l2 or innerProduct"
    case .notFinite: "only finite numbers are stored"
    case .notABit: "give each dimension as 0 or 1"
    case .normOverflow: "scale the vectors"
    case .float16Overflow: "scale the vectors, or create the collection with --storage float32"
    case .textTooLong: "split it"
    case .unknownSearchSetting(let setting, _): "leave out \(setting.option)"
    case .tooLarge: "make the batches smaller with --batch"
    case .wrongEncoder: "name that one's folder with --encoder, or create another collection"
    case .noEncoder: "name one with --encoder DIR"
    default: nil
    }
}

extension SearchSetting {
    /// The option of `quiver search`.
    fileprivate var option: String {
        switch self {
        case .nprobe: "--nprobe"
        case .efSearch: "--ef-search"
        case .candidateFactor: "--candidates"
        }
    }
}

private func cure(for error: LMDBError) -> String? {
    switch error {
    case .truncated, .corrupted, .notAnEnvironment: "list all damage with quiver verify"
    case .permissionDenied: cure(forSystemError: EACCES)
    case .system(_, _, let code): cure(forSystemError: code)
    default: nil
    }
}

private func cure(forSystemError code: Int32) -> String? {
    switch code {
    case ENOENT: "check the path"
    case EACCES, EPERM: "check who owns it and its permissions"
    case ENOSPC: "make room on the disk and try again"
    case EDQUOT, EFBIG: "raise the limit and try again"
    case EROFS: "the file system is mounted read-only"
    case EMFILE, ENFILE: "raise the limit of open files (ulimit -n)"
    default: nil
    }
}
