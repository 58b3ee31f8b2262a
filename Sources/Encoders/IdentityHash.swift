import CXXHash
import Files
import Quiver

/// Gathers everything that decides an encoder's output into one hash (XXH3, 128 bits).
struct IdentityHash: ~Copyable, Sendable {
    // Owned by this value alone; one that several threads have is only read.
    private nonisolated(unsafe) let state: OpaquePointer?

    init() {
        state = XXH3_createState()
        XXH3_128bits_reset(state)
    }

    /// A hash of what was added to another, to which more may be added.
    init(copying other: borrowing IdentityHash) {
        state = XXH3_createState()
        XXH3_copyState(state, other.state)
    }

    deinit {
        XXH3_freeState(state)
    }

    /// Adds a named part. Lengths go in too, so that bytes cannot move from one part to the next unseen.
    func add(_ name: String, _ bytes: UnsafeRawBufferPointer) {
        let head = "\(name) \(bytes.count)\n"
        XXH3_128bits_update(state, head, head.utf8.count)
        XXH3_128bits_update(state, bytes.baseAddress, bytes.count)
    }

    /// Adds a setting.
    func add(_ name: String, _ value: String) {
        Array(value.utf8).withUnsafeBytes { add(name, $0) }
    }

    /// Adds a whole file.
    func add(_ name: String, file path: String) throws(FileError) {
        try MappedFile(path: path).withUnsafeBytes { add(name, $0) }
    }

    /// The hash of what was added.
    func identity() -> EncoderIdentity {
        let digest = XXH3_128bits_digest(state)
        return EncoderIdentity(hash: hexadecimal(digest.high64) + hexadecimal(digest.low64))
    }
}

private func hexadecimal(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
}
