import Glibc

/// A whole file, mapped read-only for as long as the value lives.
///
/// The descriptor is closed as soon as the mapping exists, so that an open store holds no descriptor per
/// file, and the bytes stay readable when the file is unlinked. A file that another program truncates
/// while it is mapped kills its readers (docs/RELIABILITY.md); our own files are never truncated.
///
/// The bytes are as found on disk: whoever reads them checks them first.
public final class MappedFile: Sendable {
    /// The file, as it was named.
    public let path: String
    /// The length of the file when it was mapped.
    public let byteCount: Int
    // Read-only memory that nobody writes, unmapped only in `deinit`: safe to read from any thread.
    private nonisolated(unsafe) let base: UnsafeRawPointer?

    /// Maps the file at `path`. Reads nothing yet.
    public init(path: String) throws(FileError) {
        // Without O_NONBLOCK a pipe under the file's name would be waited for.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw .system(operation: "open", path: path, code: errno)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw .system(operation: "fstat", path: path, code: errno)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .system(
                operation: "open",
                path: path,
                code: status.st_mode & S_IFMT == S_IFDIR ? EISDIR : EINVAL
            )
        }
        let byteCount = Int(status.st_size)
        var base: UnsafeRawPointer?
        if byteCount > 0 {
            guard let mapped = mmap(nil, byteCount, PROT_READ, MAP_SHARED, descriptor, 0),
                mapped != MAP_FAILED
            else {
                throw .system(operation: "mmap", path: path, code: errno)
            }
            base = UnsafeRawPointer(mapped)
        }
        self.path = path
        self.byteCount = byteCount
        self.base = base
    }

    deinit {
        if let base { munmap(UnsafeMutableRawPointer(mutating: base), byteCount) }
    }

    /// The mapped bytes, for the duration of `body`.
    public func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(start: base, count: byteCount))
    }

    /// The mapped bytes. Valid only while this object is alive: keep the two together.
    public var unsafeBytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base, count: byteCount)
    }

    /// Tells the kernel how the bytes from `offset` on will be read (`MADV_RANDOM`, `MADV_WILLNEED`, …).
    public func advise(_ advice: Int32, offset: Int = 0, byteCount: Int? = nil) {
        guard let base else { return }
        let pageMask = Int(sysconf(Int32(_SC_PAGESIZE))) - 1
        let start = offset & ~pageMask
        let end = min(self.byteCount, offset + (byteCount ?? self.byteCount - offset))
        guard start < end else { return }
        madvise(UnsafeMutableRawPointer(mutating: base + start), end - start, advice)
    }
}
