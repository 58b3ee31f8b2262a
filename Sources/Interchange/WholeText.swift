import Glibc

/// The text that the file at `path`, or standard input where `path` is `-`, holds as a whole.
///
/// - Parameter isCancelled: asked when a signal interrupts a blocking read.
/// - Throws: `file`, `cancelled`, or `line` with `invalidUTF8` and the line in which that is.
public func wholeText(
    at path: String,
    isCancelled: () -> Bool = { false }
) throws(InterchangeError) -> String {
    let isStandardInput = path == "-"
    let descriptor = isStandardInput ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
        throw .file(.system(operation: "open", path: path, code: errno))
    }
    defer { if !isStandardInput { close(descriptor) } }
    let name = isStandardInput ? SourcePosition.standardInputName : path
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 20)
    while true {
        let count = read(descriptor, &part, part.count)
        if count > 0 {
            bytes.append(contentsOf: part[..<count])
        } else if count == 0 {
            break
        } else if errno != EINTR {
            throw .file(.system(operation: "read", path: name, code: errno))
        } else if isCancelled() {
            throw .cancelled
        }
    }
    do throws(UTF8.ValidationError) {
        return String(copying: try UTF8Span(validating: bytes.span))
    } catch {
        throw .line(
            file: name,
            line: 1 + bytes[..<error.byteOffsets.lowerBound].count { $0 == UInt8(ascii: "\n") },
            column: nil,
            problem: .invalidUTF8
        )
    }
}
