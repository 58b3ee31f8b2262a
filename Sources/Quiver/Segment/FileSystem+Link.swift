import Files
import Glibc

extension FileSystem {
    /// Gives the file at `from` a second name, or copies it where that cannot be, durably but for the name.
    func linkOrCopy(_ from: String, to: String) throws(FileError) {
        guard link(from, to) != 0 else {
            // Whoever made it may not have synced it.
            let descriptor = Glibc.open(to, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw .system(operation: "open", path: to, code: errno) }
            defer { close(descriptor) }
            guard fsync(descriptor) == 0 else {
                throw .system(operation: "fsync", path: to, code: errno)
            }
            return
        }
        guard [EXDEV, EPERM, EMLINK, EOPNOTSUPP, EACCES].contains(errno) else {
            throw .system(operation: "link", path: from, code: errno)
        }
        let source = try MappedFile(path: from)
        var file = try OutputFile(creating: to, in: self)
        try source.withUnsafeBytes { (bytes) throws(FileError) in try file.write(bytes, at: 0) }
        try file.finish()
    }
}
