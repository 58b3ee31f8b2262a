import Glibc

/// The file system that a file lies on.
enum MountedFileSystem {
    /// Whether nobody can write to the file system of the file at `path`, wherever it is mounted.
    ///
    /// A file system can be mounted read-only in one place and be written to in another, as when a folder is handed to a
    /// container: the flag that `statvfs` knows is set for both. They differ in the last field of
    /// `/proc/thread-self/mountinfo`, the options of the file system itself. When in doubt this says no.
    static func isReadOnly(at path: String) -> Bool {
        var status = statvfs()
        guard statvfs(path, &status) == 0, status.f_flag & UInt(ST_RDONLY) != 0 else {
            return false
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        guard let information = contents(of: "/proc/thread-self/fdinfo/\(descriptor)"),
            let mounts = contents(of: "/proc/thread-self/mountinfo")
        else {
            return false
        }
        let mount = information.split(separator: "\n").first { $0.hasPrefix("mnt_id:") }?
            .split(whereSeparator: \.isWhitespace).last
        guard let mount else { return false }
        for line in mounts.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.first == mount else { continue }
            return fields.last?.split(separator: ",").contains("ro") ?? false
        }
        return false
    }

    /// A file of `/proc`, whose length is not known beforehand.
    private static func contents(of path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var contents: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 14)
        while true {
            let count = read(descriptor, &part, part.count)
            if count == 0 { return String(decoding: contents, as: UTF8.self) }
            guard count > 0 else { return nil }
            contents += part[..<count]
        }
    }
}
