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
        do {
            try write(npyHeader(count: 0, dimension: dimension), to: descriptor, at: 0, partialPath)
        } catch {
            close(descriptor)
            unlink(partialPath)
            throw error
        }
        self.path = path
        self.dimension = dimension
        self.partialPath = partialPath
        self.descriptor = descriptor
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
        var bytes: [UInt8] = []
        bytes.reserveCapacity(rows.count * 4)
        for number in rows {
            withUnsafeBytes(of: number.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
        }
        try write(bytes, to: descriptor, at: offset, partialPath)
        count += rows.count / dimension
    }

    /// Writes the header again, now with the number of rows, and gives the file its name.
    public consuming func finish() throws(InterchangeError) {
        let header = npyHeader(count: count, dimension: dimension)
        try write(header, to: descriptor, at: 0, partialPath)
        guard rename(partialPath, path) == 0 else {
            throw .file(.system(operation: "rename", path: path, code: errno))
        }
        isFinished = true
    }
}

private func write(
    _ bytes: [UInt8],
    to descriptor: Int32,
    at offset: Int,
    _ path: String
) throws(InterchangeError) {
    var written = 0
    while written < bytes.count {
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
            throw .file(.system(operation: "pwrite", path: path, code: errno))
        }
    }
}
