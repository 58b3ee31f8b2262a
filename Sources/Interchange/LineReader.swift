import Files
import Glibc

/// Reads a file, or standard input, line by line with a buffer that is as long as the longest line.
///
/// Lines end with `\n` or `\r\n`; the last one may lack its end. A UTF-8 byte order mark at the very
/// beginning is skipped. What a line holds is the caller's to check.
public final class LineReader {
    /// What to call the input in messages.
    public let name: String
    /// The length of a regular file; `nil` for pipes and terminals, whose writer may wait for us.
    public let byteCount: Int?
    /// The line read last, counted from 1; 0 before the first.
    public private(set) var lineNumber = 0
    /// Bytes that have been used up.
    public private(set) var consumedByteCount = 0

    /// Bytes in the longest line that is read unless the caller says otherwise.
    public static let defaultMaximumLineByteCount = 256 << 20

    private let descriptor: Int32
    private let ownsDescriptor: Bool
    private let maximumLineByteCount: Int
    private let isCancelled: () -> Bool
    private var buffer: [UInt8]
    /// What of the buffer is read and not used up yet.
    private var unread = 0..<0
    private var isAtEnd = false

    /// Opens the file at `path`, or standard input where `path` is `-`.
    ///
    /// - Parameter isCancelled: asked when a signal interrupts a blocking read.
    public init(
        path: String,
        maximumLineByteCount: Int = LineReader.defaultMaximumLineByteCount,
        isCancelled: @escaping () -> Bool = { false }
    ) throws(InterchangeError) {
        let isStandardInput = path == "-"
        descriptor = isStandardInput ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .file(.system(operation: "open", path: path, code: errno))
        }
        name = isStandardInput ? SourcePosition.standardInputName : path
        ownsDescriptor = !isStandardInput
        self.maximumLineByteCount = maximumLineByteCount
        self.isCancelled = isCancelled
        buffer = Array(repeating: 0, count: 256 << 10)
        var status = stat()
        let isRegular = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        byteCount = isRegular ? Int(status.st_size) : nil
    }

    deinit {
        if ownsDescriptor { close(descriptor) }
    }

    /// Hands the next line, without its end, to `body`; `nil` after the last one.
    ///
    /// - Throws: `file` where reading fails, `line` with `tooLong`, `cancelled`, and what `body` throws.
    public func withNextLine<Value>(
        _ body: (Span<UInt8>) throws(InterchangeError) -> Value
    ) throws(InterchangeError) -> Value? {
        guard var line = try nextLine() else { return nil }
        if line.last.map({ buffer[$0] }) == UInt8(ascii: "\r") { line.removeLast() }
        let bytes = buffer
        return try body(bytes.span.extracting(line))
    }

    /// An error about the line read last.
    func failure(_ problem: LineProblem, column: Int? = nil) -> InterchangeError {
        .line(file: name, line: lineNumber, column: column, problem: problem)
    }

    /// Where the line read last is.
    var position: SourcePosition {
        SourcePosition(file: name, unit: .line, number: lineNumber)
    }

    /// The next line's place in the buffer, without its `\n`.
    private func nextLine() throws(InterchangeError) -> Range<Int>? {
        if lineNumber == 0 { try skipByteOrderMark() }
        var scanned = unread.lowerBound
        while true {
            if let end = newline(in: scanned..<unread.upperBound) {
                return takeLine(to: end, next: end + 1)
            }
            // `fill` may move the unread bytes to the front of the buffer.
            let scannedCount = unread.count
            if unread.count > maximumLineByteCount {
                lineNumber += 1
                throw failure(.tooLong(limit: maximumLineByteCount))
            }
            guard try fill() else {
                return unread.isEmpty
                    ? nil : takeLine(to: unread.upperBound, next: unread.upperBound)
            }
            scanned = unread.lowerBound + scannedCount
        }
    }

    private func takeLine(to end: Int, next: Int) -> Range<Int> {
        let line = unread.lowerBound..<end
        consumedByteCount += next - unread.lowerBound
        unread = next..<unread.upperBound
        lineNumber += 1
        return line
    }

    private func newline(in range: Range<Int>) -> Int? {
        buffer.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, !range.isEmpty,
                let found = memchr(base + range.lowerBound, Int32(UInt8(ascii: "\n")), range.count)
            else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }

    private func skipByteOrderMark() throws(InterchangeError) {
        while unread.count < 3, try fill() {}
        if unread.count >= 3, buffer[unread.prefix(3)].elementsEqual([0xEF, 0xBB, 0xBF]) {
            unread.removeFirst(3)
            consumedByteCount += 3
        }
    }

    /// Reads more behind the unread bytes, making room first; false at the end of the input.
    private func fill() throws(InterchangeError) -> Bool {
        if isAtEnd { return false }
        if unread.upperBound == buffer.count {
            if unread.lowerBound > 0 {
                buffer.replaceSubrange(0..<unread.count, with: Array(buffer[unread]))
                unread = 0..<unread.count
            } else {
                buffer.append(contentsOf: repeatElement(0, count: buffer.count))
            }
        }
        while true {
            let start = unread.upperBound
            let count = buffer.withUnsafeMutableBytes { bytes in
                read(descriptor, bytes.baseAddress.map { $0 + start }, bytes.count - start)
            }
            if count > 0 {
                unread = unread.lowerBound..<start + count
                return true
            }
            if count == 0 {
                isAtEnd = true
                return false
            }
            guard errno == EINTR else {
                throw .file(.system(operation: "read", path: name, code: errno))
            }
            if isCancelled() { throw .cancelled }
        }
    }
}
