import Glibc
import JSON
import Synchronization

/// The reader of standard output has gone away, which is how `head` ends a pipe: no failure.
struct OutputClosed: Error {}

/// Standard output could not be written.
struct OutputFailure: Error {
    var code: Int32
}

/// Standard output, buffered: what is to be seen at once is flushed.
final class StandardOutput: Sendable {
    static let shared = StandardOutput()

    private let buffer = Mutex<[UInt8]>([])

    /// Appends `text`, which comes out with the next flush.
    func write(_ text: String) {
        buffer.withLock { $0.append(contentsOf: text.utf8) }
    }

    /// Writes out what is buffered if that has become much.
    func flushIfLong() throws {
        if buffer.withLock({ $0.count }) > 64 << 10 { try flush() }
    }

    /// Appends what `writer` holds and a line end, and empties it.
    func writeLine(_ writer: inout JSONWriter) throws {
        writer.newline()
        let byteCount = buffer.withLock { buffer in
            buffer.append(contentsOf: writer.bytes)
            return buffer.count
        }
        writer.removeAll()
        if byteCount > 64 << 10 { try flush() }
    }

    /// Writes out all that is buffered.
    ///
    /// - Throws: `OutputClosed` or `OutputFailure`; the buffer is empty in any case.
    func flush() throws {
        let bytes = buffer.withLock { buffer in
            defer { buffer.removeAll() }
            return buffer
        }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(STDOUT_FILENO, $0.baseAddress.map { $0 + written }, $0.count - written)
            }
            if count >= 0 {
                written += count
            } else if errno == EPIPE {
                throw OutputClosed()
            } else if errno != EINTR {
                throw OutputFailure(code: errno)
            }
        }
    }

    /// Columns of the terminal; of `COLUMNS`, or 100, where output goes elsewhere.
    static var width: Int {
        var size = winsize()
        if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 {
            return Int(size.ws_col)
        }
        return getenv("COLUMNS").flatMap { Int(String(cString: $0)) } ?? 100
    }
}

enum StandardError {
    static let isTerminal = isatty(STDERR_FILENO) == 1

    static func write(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            var written = 0
            while written < bytes.count {
                let count = Glibc.write(
                    STDERR_FILENO,
                    bytes.baseAddress.map { $0 + written },
                    bytes.count - written
                )
                // Nobody is left to be told of a failure here.
                if count < 0, errno != EINTR { return }
                written += max(0, count)
            }
        }
    }
}
