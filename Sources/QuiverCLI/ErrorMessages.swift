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
            + "restore the store from a copy, or import its documents again"
    case is Interrupted, is CancellationError: "interrupted"
    default: nil
    }
}

/// Whether the user ended the work, rather than an error.
func isInterruption(_ error: any Error) -> Bool {
    switch error {
    case is Interrupted, is CancellationError: true
    case let error as StoreError: error == .cancelled || error == .index(.cancelled)
    case let error as InterchangeError: error == .cancelled
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

private func sentence(_ error: FileError) -> String {
    guard case .system(_, _, let code) = error else { return "\(error)" }
    let cure: String? =
        switch code {
        case ENOENT: "check the path"
        case EACCES, EPERM: "check who owns it and its permissions"
        case ENOSPC: "make room on the disk and try again"
        case EDQUOT, EFBIG: "raise the limit and try again"
        case EROFS: "the file system is mounted read-only"
        case EMFILE, ENFILE: "raise the limit of open files (ulimit -n)"
        default: nil
        }
    return "\(error)" + (cure.map { "; \($0)" } ?? "")
}

private func sentence(_ error: StoreError) -> String {
    switch error {
    case .notAStore, .alreadyExists, .unsupportedFormat, .lockedByWriter, .readOnly, .closed,
        .usedAfterFork, .damaged, .file, .catalog, .index:
        storeExplanation(of: error)
    case .invalidKey, .duplicateKey, .unknownKey, .missingVectors, .dimensionMismatch, .notFinite,
        .zeroVector, .float16Overflow, .textTooLong, .tooLarge:
        documentExplanation(of: error)
    default: collectionExplanation(of: error)
    }
}

/// The store itself, and the files under it.
private func storeExplanation(of error: StoreError) -> String {
    switch error {
    case .notAStore(let path):
        "\(path): not a store; make one with quiver create \(path) COLLECTION --dimension D"
    case .alreadyExists(let path): "\(path): already exists and is not a store; choose another path"
    case .unsupportedFormat(let path, let found, let supported):
        "\(path): written in format \(found), this version reads \(supported); use the version of "
            + "quiver that wrote it"
    case .lockedByWriter(let path, let processID):
        "\(path): open for writing in "
            + (processID > 0 ? "process \(processID)" : "another process")
            + "; wait until it is done, or end it"
    case .readOnly(let path): "\(path): opened read-only"
    case .closed(let path): "\(path): closed"
    case .usedAfterFork(let path): "\(path): opened by a process that this one is a fork of"
    case .damaged(let file, let reason):
        "\(file): damaged: \(reason); list all damage with quiver verify"
    case .file(let error): sentence(error)
    case .catalog(let error): sentence(error)
    default: "\(error)"
    }
}

private func sentence(_ error: LMDBError) -> String {
    let cure: String? =
        switch error {
        case .truncated, .corrupted, .notAnEnvironment: "list all damage with quiver verify"
        case .permissionDenied: "check who owns it and its permissions"
        case .system(_, _, ENOSPC), .system(_, _, EDQUOT):
            "make room on the disk and try again"
        case .system(_, _, EFBIG): "raise the limit of file sizes (ulimit -f) and try again"
        default: nil
        }
    return "\(error)" + (cure.map { "; \($0)" } ?? "")
}

/// Collections, their settings and searches in them.
private func collectionExplanation(of error: StoreError) -> String {
    switch error {
    case .unknownCollection(let name):
        "no collection named \(printable(name)); list those that are there with quiver stats STORE"
    case .collectionExists(let name):
        "there is a collection named \(printable(name)) already; choose another name"
    case .invalidName(let name, let reason):
        "\"\(printable(name))\" cannot name a collection: \(reason)"
    case .unknownVectorField(let field, let collection) where field.isEmpty:
        "collection \(printable(collection)) has named vector fields; the command line serves "
            + "collections with one unnamed field"
    case .unknownVectorField(let field, let collection):
        "collection \(printable(collection)) has no vector field named \(printable(field))"
    case .invalidConfiguration(let reason): "invalid collection: \(reason)"
    case .unsupportedIndex(let text):
        "index \"\(printable(text))\" is not supported by this version; use automatic, exact or graph"
    case .invalidK(let k): "k is \(k), not at least 1"
    case .invalidSearch(let reason): reason
    case .wrongEncoder(let collection, let expected, let found):
        "the vectors of collection \(printable(collection)) come from encoder \(expected), not "
            + "\(found); name that encoder's folder with --encoder, or create another collection"
    case .noEncoder(let collection):
        "collection \(printable(collection)) remembers no encoder; name one with --encoder DIR"
    case .cancelled: "interrupted"
    default: "\(error)"
    }
}

/// Documents and vectors.
private func documentExplanation(of error: StoreError) -> String {
    switch error {
    case .invalidKey(let reason): "invalid key: \(reason)"
    case .duplicateKey(let key): "key \(name(key)) twice in one batch"
    case .unknownKey(let key): "no document under key \(name(key))"
    case .missingVectors(let key, _): "key \(name(key)): the document has no vector"
    case .dimensionMismatch(let key, _, let expected, let found):
        place(key) + "a vector of \(found) numbers, the collection's dimension is \(expected)"
    case .notFinite(let key, _, _, let position):
        place(key)
            + "the vector's number \(position) is NaN or infinite; only finite numbers are stored"
    case .zeroVector(let key, _, _):
        place(key)
            + "a zero vector has no direction, so it has no cosine; leave it out, or use the "
            + "metric l2 or innerProduct"
    case .float16Overflow(let key, _, _, let position, let value):
        place(key)
            + "the vector's number \(position), \(value), does not fit into float16 (±65504); "
            + "scale the vectors, or create the collection with --storage float32"
    case .textTooLong(let key, let byteCount, let limit):
        "key \(name(key)): a text of \(byteCount) bytes, at most \(limit) are stored; split it"
    case .tooLarge(let what, let found, let limit):
        "\(what): \(found), at most \(limit); make the batches smaller with --batch"
    default: "\(error)"
    }
}

private func name(_ key: Quiver.Key) -> String { printable(key.argument) }

private func place(_ key: Quiver.Key?) -> String {
    key.map { "key \(name($0)): " } ?? ""
}
