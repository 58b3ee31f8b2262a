import Glibc

/// A data file, read with plain `pread`. The file itself may be opened and closed like any other; the lock
/// file beside it may not.
final class DataFile: Sendable {
    let path: String
    let identity: FileIdentity
    private let descriptor: Int32

    init(path: String) throws(LMDBError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw LMDBError(code: errno, operation: "open", path: path) }
        var status = stat()
        let code = fstat(descriptor, &status) == 0 ? 0 : errno
        self.path = path
        self.descriptor = descriptor
        identity = FileIdentity(status)
        guard code == 0 else { throw LMDBError(code: code, operation: "fstat", path: path) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notARegularFile(path: path) }
    }

    deinit {
        close(descriptor)
    }

    /// The file's length now. It only ever grows while LMDB uses it.
    func byteCount() throws(LMDBError) -> UInt64 {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw LMDBError(code: errno, operation: "fstat", path: path)
        }
        return UInt64(max(0, status.st_size))
    }

    /// Fills `buffer` from `offset` on; tells how many bytes there were before the end of the file.
    func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws(LMDBError)
        -> Int
    {
        var done = 0
        while done < buffer.count {
            guard let start = off_t(exactly: offset), let base = buffer.baseAddress else {
                return done
            }
            let (position, overflow) = start.addingReportingOverflow(off_t(done))
            guard !overflow else { return done }
            let count = pread(descriptor, base + done, buffer.count - done, position)
            if count == 0 { return done }
            if count < 0 {
                if errno == EINTR { continue }
                throw LMDBError(code: errno, operation: "pread", path: path)
            }
            done += count
        }
        return done
    }
}

/// Memory for a page or a value, given back when it goes.
final class ByteBuffer {
    private var bytes: UnsafeMutableRawBufferPointer

    init(byteCount: Int = 0) {
        bytes = .allocate(byteCount: byteCount, alignment: 16)
    }

    deinit {
        bytes.deallocate()
    }

    /// The bytes, for the duration of `body`, during which `reserve` may not be called.
    func withBytes<R, Failure: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> R
    ) throws(Failure) -> R {
        try body(bytes)
    }

    /// At least `byteCount` bytes, good until the next call while the buffer lives; what was there is gone.
    func reserve(_ byteCount: Int) -> UnsafeMutableRawBufferPointer {
        if bytes.count < byteCount {
            bytes.deallocate()
            bytes = .allocate(byteCount: byteCount, alignment: 16)
        }
        return UnsafeMutableRawBufferPointer(rebasing: bytes[..<byteCount])
    }
}
