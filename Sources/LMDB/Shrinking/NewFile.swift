import Glibc

/// A file that is written from its beginning to its end, to take the place of another. Closed when it goes.
final class NewFile {
    let path: String
    private let operations: ShrinkingOperations
    private let descriptor: Int32
    private let buffer = ByteBuffer(byteCount: 1 << 18)
    private var bufferedByteCount = 0
    private var writtenByteCount = 0

    /// Makes the file, with the owner and the permissions of `original`.
    init(path: String, like original: stat, _ operations: ShrinkingOperations) throws(LMDBError) {
        let descriptor = operations.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw LMDBError(code: errno, operation: "open", path: path) }
        self.path = path
        self.operations = operations
        self.descriptor = descriptor
        let own = try status()
        if own.st_uid != original.st_uid || own.st_gid != original.st_gid {
            guard fchown(descriptor, original.st_uid, original.st_gid) == 0 else {
                throw LMDBError(code: errno, operation: "fchown", path: path)
            }
        }
        guard fchmod(descriptor, original.st_mode & 0o7777) == 0 else {
            throw LMDBError(code: errno, operation: "fchmod", path: path)
        }
    }

    deinit {
        close(descriptor)
    }

    func identity() throws(LMDBError) -> FileIdentity {
        FileIdentity(try status())
    }

    /// What has been appended so far.
    var byteCount: UInt64 { UInt64(writtenByteCount + bufferedByteCount) }

    func append(_ bytes: UnsafeRawBufferPointer) throws(LMDBError) {
        let isBuffered = try buffer.withBytes { buffer throws(LMDBError) in
            if bufferedByteCount + bytes.count > buffer.count { try flush() }
            guard bytes.count <= buffer.count else { return false }
            UnsafeMutableRawBufferPointer(rebasing: buffer[bufferedByteCount...])
                .copyMemory(from: bytes)
            return true
        }
        if isBuffered {
            bufferedByteCount += bytes.count
        } else {
            try write(bytes, at: writtenByteCount)
            writtenByteCount += bytes.count
        }
    }

    /// Writes over the beginning of the file.
    func writeBeginning(_ bytes: [UInt8]) throws(LMDBError) {
        try flush()
        try bytes.span.withUnsafeBytes { bytes throws(LMDBError) in try write(bytes, at: 0) }
    }

    /// Makes everything that was written durable.
    func sync() throws(LMDBError) {
        try flush()
        guard operations.fsync(descriptor) == 0 else {
            throw LMDBError(code: errno, operation: "fsync", path: path)
        }
    }

    private func flush() throws(LMDBError) {
        try buffer.withBytes { buffer throws(LMDBError) in
            try write(
                UnsafeRawBufferPointer(rebasing: buffer[..<bufferedByteCount]),
                at: writtenByteCount
            )
        }
        writtenByteCount += bufferedByteCount
        bufferedByteCount = 0
    }

    private func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(LMDBError) {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let count = operations.pwrite(descriptor, rest, off_t(offset + done))
            if count < 0 {
                if errno == EINTR { continue }
                throw LMDBError(code: errno, operation: "pwrite", path: path)
            }
            done += count
        }
    }

    private func status() throws(LMDBError) -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw LMDBError(code: errno, operation: "fstat", path: path)
        }
        return status
    }
}
