import Files
import Glibc

/// A regular file that is read by position.
///
/// Files of other programs are read with `pread` rather than through a mapping: one that is truncated
/// meanwhile is then an error and not the end of the process.
final class InputFile {
    let path: String
    let byteCount: Int
    private let descriptor: Int32

    init(path: String) throws(InterchangeError) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .file(.system(operation: "open", path: path, code: errno))
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let code = errno
            close(descriptor)
            throw .file(.system(operation: "fstat", path: path, code: code))
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            throw .file(.system(operation: "open", path: path, code: isFolder ? EISDIR : ESPIPE))
        }
        self.path = path
        byteCount = Int(status.st_size)
    }

    deinit {
        close(descriptor)
    }

    /// The bytes at `offset`, fewer than `count` only where the file ends.
    func read(at offset: Int, count: Int) throws(InterchangeError) -> [UInt8] {
        var code: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initializedCount in
            while initializedCount < count {
                let target = buffer.baseAddress.map { $0 + initializedCount }
                let wanted = count - initializedCount
                let got = pread(descriptor, target, wanted, off_t(offset + initializedCount))
                if got > 0 {
                    initializedCount += got
                } else if got == 0 {
                    return
                } else if errno != EINTR {
                    code = errno
                    return
                }
            }
        }
        guard code == 0 else {
            throw .file(.system(operation: "pread", path: path, code: code))
        }
        return bytes
    }
}
