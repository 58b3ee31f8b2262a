import Files
import Glibc

extension FileSystem {
    /// Gives the file at `from` a second name, or copies it where that cannot be, durably but for the name.
    ///
    /// - Throws: also if it is no regular file: a pipe would be waited for.
    func linkOrCopy(_ from: String, to: String) throws(FileError) {
        let source = try MappedFile(path: from)
        var status = stat()
        guard lstat(from, &status) == 0 else {
            throw .system(operation: "lstat", path: from, code: errno)
        }
        // The second name of a symbolic link would still depend on where it leads.
        let isLink = status.st_mode & S_IFMT == S_IFLNK
        if !isLink, link(from, to) == 0 { return try sync(to) }
        guard isLink || [EXDEV, EPERM, EMLINK, EOPNOTSUPP, EACCES].contains(errno) else {
            throw .system(operation: "link", path: from, code: errno)
        }
        var file = try OutputFile(creating: to, in: self)
        try source.withUnsafeBytes { (bytes) throws(FileError) in try file.write(bytes, at: 0) }
        try file.finish()
    }

    /// Whoever made the file may not have done so.
    private func sync(_ path: String) throws(FileError) {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .system(operation: "open", path: path, code: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw .system(operation: "fsync", path: path, code: errno)
        }
    }
}
