import Foundation
import Glibc

/// Mounts that only this thread sees, in a child process.
enum Mounting {
    /// Whether file systems may be mounted here, in a namespace of their own.
    static let isAllowed: Bool = {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
        process.arguments = ["--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
        process.standardError = FileHandle.nullDevice
        do {
            try process.run()
        } catch {
            return false
        }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    /// Gives this thread its own mounts.
    static func begin() -> Bool {
        // Glibc shows it only to programs that ask for its extensions.
        guard let symbol = dlsym(nil, "unshare") else { return false }
        let unshare = unsafeBitCast(symbol, to: (@convention(c) (Int32) -> Int32).self)
        let newMounts: Int32 = 0x2_0000
        return unshare(newMounts) == 0
            && mount("none", "/", nil, UInt(MS_REC | MS_PRIVATE), nil) == 0
    }

    static func temporary(at folder: String) -> Bool {
        mount("tmpfs", folder, "tmpfs", 0, "size=64m") == 0
    }

    /// Makes a file system read-only, wherever it is mounted.
    static func makeReadOnly(_ folder: String) -> Bool {
        mount(nil, folder, nil, UInt(MS_REMOUNT | MS_RDONLY), nil) == 0
    }

    /// Mounts a folder once more; read-only there and not where it was, if so told.
    static func bind(_ original: String, to place: String, readOnly: Bool) -> Bool {
        mount(original, place, nil, UInt(MS_BIND), nil) == 0
            && (!readOnly
                || mount(nil, place, nil, UInt(MS_REMOUNT | MS_BIND | MS_RDONLY), nil) == 0)
    }
}
