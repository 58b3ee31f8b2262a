package import Glibc

/// The file operations of shrinking, as values, so that a test can make the Nth of them fail.
///
/// Each returns 0 (or a count, or a descriptor) or sets `errno` and returns −1, as the system call of its name does.
package struct ShrinkingOperations: Sendable {
    /// Makes a file for writing.
    package var open: @Sendable (_ path: String, _ flags: Int32, _ mode: mode_t) -> Int32
    /// Writes bytes at an offset.
    package var pwrite:
        @Sendable (_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, _ offset: off_t) -> Int
    /// Makes a file's bytes, or a folder's entries, durable.
    package var fsync: @Sendable (_ descriptor: Int32) -> Int32
    /// Gives a file another name, atomically.
    package var rename: @Sendable (_ from: String, _ to: String) -> Int32

    /// The real ones.
    package static let system = ShrinkingOperations(
        open: { path, flags, mode in Glibc.open(path, flags, mode) },
        pwrite: { descriptor, bytes, offset in
            Glibc.pwrite(descriptor, bytes.baseAddress, bytes.count, offset)
        },
        fsync: { Glibc.fsync($0) },
        rename: { Glibc.rename($0, $1) }
    )
}
