import Glibc

extension [VerificationReport.Damage] {
    /// Notes `error` if it is damage, and throws it on if it is something else.
    ///
    /// - Parameters:
    ///   - error: what reading `file` has thrown.
    ///   - file: for errors that name none.
    ///   - store: the store's directory; files in it are noted by their names from there on.
    mutating func note(
        _ error: StoreError,
        of file: String,
        in store: String
    ) throws(StoreError) {
        let (file, reason) =
            switch error {
            case .damaged(let file, let reason): (file, reason)
            case .file(.system(let operation, let path, let code)) where isMissing(code):
                (path, "is missing or is not a file (\(operation): errno \(code))")
            case .file(.wrongLength(let path, let expected, let found)):
                (path, "is \(found) bytes long, expected \(expected)")
            case .unsupportedFormat(let path, let found, let supported):
                (path, "has format \(found); this version reads \(supported)")
            case .catalog(.permissionDenied), .catalog(.system), .catalog(.readersFull): throw error
            case .catalog, .index, .unknownCollection, .notAStore: (file, "\(error)")
            default: throw error
            }
        let directory = "\(store)/".utf8
        let relative =
            file.utf8.starts(with: directory)
            ? String(decoding: file.utf8.dropFirst(directory.count), as: UTF8.self) : file
        append(.init(file: relative, reason: reason))
    }
}

private func isMissing(_ code: Int32) -> Bool {
    code == ENOENT || code == ENOTDIR || code == EISDIR || code == EINVAL
}
