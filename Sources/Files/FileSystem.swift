public import Glibc

/// The file operations that change a disk, as values, so that a test can make the Nth of them fail.
///
/// Each returns 0 (or a count) or sets `errno` and returns −1, as the system call of its name does.
public struct FileSystem: Sendable {
    /// Opens or creates a file for writing.
    public var open: @Sendable (_ path: String, _ flags: Int32, _ mode: mode_t) -> Int32
    /// Writes bytes at an offset; gives how many were written.
    public var pwrite:
        @Sendable (_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, _ offset: Int) -> Int
    /// Makes a file's bytes, or a directory's entries, durable.
    public var fsync: @Sendable (_ descriptor: Int32) -> Int32
    /// Gives a file or directory another name, atomically.
    public var rename: @Sendable (_ from: String, _ to: String) -> Int32
    /// Gives a file a second name.
    public var link: @Sendable (_ from: String, _ to: String) -> Int32
    /// Removes a file's name.
    public var unlink: @Sendable (_ path: String) -> Int32
    /// Makes a directory.
    public var mkdir: @Sendable (_ path: String, _ mode: mode_t) -> Int32
    /// Removes an empty directory.
    public var rmdir: @Sendable (_ path: String) -> Int32

    /// Operations of which each stands for the system call of its name.
    public init(
        open: @escaping @Sendable (_ path: String, _ flags: Int32, _ mode: mode_t) -> Int32,
        pwrite:
            @escaping @Sendable (
                _ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, _ offset: Int
            ) -> Int,
        fsync: @escaping @Sendable (_ descriptor: Int32) -> Int32,
        rename: @escaping @Sendable (_ from: String, _ to: String) -> Int32,
        link: @escaping @Sendable (_ from: String, _ to: String) -> Int32,
        unlink: @escaping @Sendable (_ path: String) -> Int32,
        mkdir: @escaping @Sendable (_ path: String, _ mode: mode_t) -> Int32,
        rmdir: @escaping @Sendable (_ path: String) -> Int32
    ) {
        self.open = open
        self.pwrite = pwrite
        self.fsync = fsync
        self.rename = rename
        self.link = link
        self.unlink = unlink
        self.mkdir = mkdir
        self.rmdir = rmdir
    }

    /// The real one.
    public static let system = FileSystem(
        open: { path, flags, mode in Glibc.open(path, flags, mode) },
        pwrite: { descriptor, bytes, offset in
            Glibc.pwrite(descriptor, bytes.baseAddress, bytes.count, offset)
        },
        fsync: { Glibc.fsync($0) },
        rename: { Glibc.rename($0, $1) },
        link: { Glibc.link($0, $1) },
        unlink: { Glibc.unlink($0) },
        mkdir: { Glibc.mkdir($0, $1) },
        rmdir: { Glibc.rmdir($0) }
    )
}

extension FileSystem {
    /// Makes the directory at `path`; one that is there already is left as it is.
    public func makeDirectory(_ path: String) throws(FileError) {
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
            throw .system(operation: "mkdir", path: path, code: errno)
        }
    }

    /// Makes the names in the directory at `path` durable: new, renamed and removed entries.
    public func syncDirectory(_ path: String) throws(FileError) {
        let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(operation: "open", path: path, code: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw .system(operation: "fsync", path: path, code: errno)
        }
    }

    /// Gives the file or directory at `from` the name `to`, atomically. Not durable before both folders are synced.
    public func move(_ from: String, to: String) throws(FileError) {
        guard rename(from, to) == 0 else {
            throw .system(operation: "rename", path: from, code: errno)
        }
    }

    /// Removes a file, or a directory with everything in it. A name that is not there is not an error.
    public func remove(_ path: String) throws(FileError) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return }
            throw .system(operation: "lstat", path: path, code: errno)
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            guard unlink(path) == 0 || errno == ENOENT else {
                throw .system(operation: "unlink", path: path, code: errno)
            }
            return
        }
        for name in try directoryEntries(path) { try remove("\(path)/\(name)") }
        guard rmdir(path) == 0 || errno == ENOENT else {
            throw .system(operation: "rmdir", path: path, code: errno)
        }
    }
}

/// The names in the directory at `path`, without `.` and `..`, sorted by bytes.
public func directoryEntries(_ path: String) throws(FileError) -> [String] {
    guard let stream = opendir(path) else {
        throw .system(operation: "opendir", path: path, code: errno)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while true {
        errno = 0
        guard let entry = readdir(stream) else { break }
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        if name != "." && name != ".." { names.append(name) }
    }
    guard errno == 0 else { throw .system(operation: "readdir", path: path, code: errno) }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
}

/// What is at a path.
public enum FileKind: Sendable, Hashable {
    case missing
    case file(byteCount: Int)
    case directory
    case other
}

/// What is at `path`, links followed; nothing is below a file.
public func fileKind(_ path: String) throws(FileError) -> FileKind {
    var status = stat()
    guard stat(path, &status) == 0 else {
        // Nothing is below what is no folder.
        if errno == ENOENT || errno == ENOTDIR { return .missing }
        throw .system(operation: "stat", path: path, code: errno)
    }
    return switch status.st_mode & S_IFMT {
    case S_IFREG: .file(byteCount: Int(status.st_size))
    case S_IFDIR: .directory
    default: .other
    }
}

/// The name of what is at `path` from the root on, without links.
public func absolutePath(_ path: String) throws(FileError) -> String {
    guard let resolved = realpath(path, nil) else {
        throw .system(operation: "realpath", path: path, code: errno)
    }
    defer { free(resolved) }
    return String(cString: resolved)
}
