import Glibc
import Synchronization

/// Folders for trials, in memory where the system has such a file system: what is tested is the order of calls, not a disk.
enum Scratch {
    private static let root: String = {
        let shared = "/dev/shm"
        let parent =
            getenv("QUIVER_TORTURE_FOLDER").map { String(cString: $0) }
            ?? (access(shared, W_OK) == 0 ? shared : "/tmp")
        let path = "\(parent)/quiver-torture-\(getpid())"
        guard mkdir(path, 0o700) == 0 else { stop("cannot make \(path)") }
        return path
    }()
    private static let last = Atomic<Int>(0)

    /// Gives `body` an empty folder, which is removed afterwards.
    static func withFolder<Result>(_ body: (String) throws -> Result) rethrows -> Result {
        let number = last.wrappingAdd(1, ordering: .relaxed).newValue
        let folder = "\(root)/\(number)"
        guard mkdir(folder, 0o700) == 0 else { stop("cannot make \(folder)") }
        defer { removeAll(folder) }
        return try body(folder)
    }

    /// Removes the folder of all folders: at the end.
    static func remove() {
        removeAll(root)
    }

    /// Removes what is at `path`, with everything in it.
    static func removeAll(_ path: String) {
        if unlink(path) == 0 { return }
        if let stream = opendir(path) {
            var names: [String] = []
            while let entry = readdir(stream) {
                let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                }
                if name != ".", name != ".." { names.append(name) }
            }
            closedir(stream)
            for name in names { removeAll("\(path)/\(name)") }
        }
        rmdir(path)
    }

    static func text(of path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}
