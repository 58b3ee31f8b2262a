import Files
import Glibc

/// Writes float32 rows to an `.npy` file (version 1.0) that appears under its name only when it is whole.
///
/// Rows go to a file beside it, which ``finish()`` renames. Without `finish()` that file is removed, and
/// whatever was there before stays.
public struct NPYWriter: ~Copyable {
    /// The finished file's path.
    public let path: String
    /// Numbers in a row.
    public let dimension: Int
    /// Rows written so far.
    public private(set) var count = 0

    private let partialPath: String
    private let descriptor: Int32
    private var isFinished = false

    /// Begins a file for rows of `dimension` numbers.
    public init(path: String, dimension: Int) throws(InterchangeError) {
        let partialPath = "\(path).\(getpid()).partial"
        let descriptor = open(partialPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else {
            throw .file(.system(operation: "open", path: partialPath, code: errno))
        }
        self.path = path
        self.dimension = dimension
        self.partialPath = partialPath
        self.descriptor = descriptor
        try write(npyHeader(count: 0, dimension: dimension).span.bytes, at: 0)
    }

    deinit {
        close(descriptor)
        if !isFinished { unlink(partialPath) }
    }

    /// Appends rows: `[n × dimension]`, row-major.
    ///
    /// - Precondition: whole rows.
    public mutating func append(_ rows: [Float]) throws(InterchangeError) {
        precondition(rows.count.isMultiple(of: dimension), "rows of \(dimension) numbers")
        let offset = npyHeaderByteCount + count * dimension * 4
        // Little-endian as the header says: the machines that this runs on are.
        try write(rows.span.bytes, at: offset)
        count += rows.count / dimension
    }

    /// Writes the header again, now with the number of rows, and gives the file its name.
    public consuming func finish() throws(InterchangeError) {
        try write(npyHeader(count: count, dimension: dimension).span.bytes, at: 0)
        guard rename(partialPath, path) == 0 else {
            throw .file(.system(operation: "rename", path: path, code: errno))
        }
        isFinished = true
    }

    private func write(_ bytes: RawSpan, at offset: Int) throws(InterchangeError) {
        var written = 0
        while written < bytes.byteCount {
            let count = bytes.withUnsafeBytes { buffer in
                pwrite(
                    descriptor,
                    buffer.baseAddress.map { $0 + written },
                    buffer.count - written,
                    off_t(offset + written)
                )
            }
            if count >= 0 {
                written += count
            } else if errno != EINTR {
                throw .file(.system(operation: "pwrite", path: partialPath, code: errno))
            }
        }
    }
}
