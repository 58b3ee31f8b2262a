import Glibc

/// An exclusive lock on a file, held as long as the value lives, with the holder's process id inside.
///
/// `flock` belongs to the open file, so a second handle in the same process is refused as well, and the
/// kernel releases it when the process dies, however it dies.
public final class LockFile: Sendable {
    /// The lock is held by another handle, whose process id is read from the file (0 if it cannot be read).
    public enum Outcome: Sendable {
        case held(LockFile)
        case refused(processID: Int32)
    }

    private let descriptor: Int32
    private let holder = getpid()

    private init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        // A forked child shares the open file: closing ours alone would leave the lock to it, and the child's end
        // of it must not unlock.
        if getpid() == holder { flock(descriptor, LOCK_UN) }
        close(descriptor)
    }

    /// Takes the lock at `path`, making the file if need be, without waiting.
    public static func take(_ path: String) throws(FileError) -> Outcome {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .system(operation: "open", path: path, code: errno) }
        let outcome = try lock(descriptor, path)
        guard case .held = outcome else { return outcome }
        let text = Array("\(getpid())\n".utf8)
        guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, text, text.count, 0) == text.count
        else {
            throw .system(operation: "pwrite", path: path, code: errno)
        }
        return outcome
    }

    /// Takes the lock of a file that is there, without changing it; `nil` if it is not: then nobody holds it.
    public static func takeExisting(_ path: String) throws(FileError) -> Outcome? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw .system(operation: "open", path: path, code: errno)
        }
        return try lock(descriptor, path)
    }

    private static func lock(_ descriptor: Int32, _ path: String) throws(FileError) -> Outcome {
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            let code = errno
            if code == EINTR { continue }
            defer { close(descriptor) }
            guard code == EWOULDBLOCK else {
                throw .system(operation: "flock", path: path, code: code)
            }
            return .refused(processID: processID(in: descriptor))
        }
        return .held(LockFile(descriptor: descriptor))
    }

    private static func processID(in descriptor: Int32) -> Int32 {
        var buffer = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { return 0 }
        return Int32(String(decoding: buffer[..<count].prefix { $0 != 10 }, as: UTF8.self)) ?? 0
    }
}
