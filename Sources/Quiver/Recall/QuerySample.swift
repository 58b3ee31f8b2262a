import Files
import Glibc

/// Queries that users asked of a vector field, a sample of them, on disk: `recall/<collection>-<field>-queries`, little-endian.
///
/// A header of 64 bytes: `QVQUERYS`, 4 bytes version 1, 4 bytes dimension; the rest is zero. Behind it places of equal length, each
/// empty or written: 8 bytes XXH3-64 of the others, seeded with the place; 8 bytes nanoseconds since 1970; the numbers.
///
/// Any process that searches may write a place, and two of them the same one; what is torn then, or by a crash, does not match its
/// sum and counts as empty. Nothing is lost with a sample, so nothing is synced and errors are passed over.
struct QuerySample: Sendable {
    struct Entry {
        let vector: [Float]
        /// Nanoseconds since 1970.
        let time: UInt64
    }

    static let capacity = 2_048
    private static let headerByteCount = 64
    private static let magic = Array("QVQUERYS".utf8)
    private static let version: UInt32 = 1

    private static let suffix = "-queries"

    /// The file beside a calibration.
    static func path(beside calibration: String) -> String { calibration + suffix }

    /// The name of the calibration that a file is beside, or is.
    static func calibration(besideFile name: String) -> String {
        name.hasSuffix(suffix) ? String(name.dropLast(suffix.count)) : name
    }

    let path: String
    let dimension: Int

    private var placeByteCount: Int { 16 + dimension * 4 }

    private var header: [UInt8] {
        var writer = ByteWriter()
        writer.append(Self.magic)
        writer.integer(Self.version)
        writer.integer(UInt32(dimension))
        writer.append([UInt8](repeating: 0, count: Self.headerByteCount - writer.bytes.count))
        return writer.bytes
    }

    /// Puts each query in its place.
    func write(
        _ queries: [(vector: [Float], place: Int)],
        time: UInt64,
        in fileSystem: FileSystem
    ) {
        // Whatever else is there under this name is nobody's to write to, nor to wait for.
        let flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
        let descriptor = fileSystem.open(path, flags, 0o644)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            status.st_nlink == 1
        else { return }
        _ = header.withUnsafeBytes { fileSystem.pwrite(descriptor, $0, 0) }
        for (vector, place) in queries {
            var body = ByteWriter()
            body.integer(time)
            for number in vector { body.integer(number.bitPattern) }
            var entry = ByteWriter()
            entry.integer(body.bytes.withUnsafeBytes { checksum($0, seed: UInt64(place)) })
            entry.append(body.bytes)
            _ = entry.bytes.withUnsafeBytes {
                fileSystem.pwrite(descriptor, $0, Self.headerByteCount + place * placeByteCount)
            }
        }
    }

    /// The queries that are there.
    func entries() -> [Entry] {
        guard let file = try? MappedFile(path: path) else { return [] }
        return file.withUnsafeBytes { bytes in
            guard bytes.count >= Self.headerByteCount,
                bytes[..<Self.headerByteCount].elementsEqual(header)
            else { return [] }
            var entries: [Entry] = []
            for place in 0..<Self.capacity {
                let start = Self.headerByteCount + place * placeByteCount
                guard start + placeByteCount <= bytes.count else { break }
                let place = UInt64(place)
                // A copy: another process may be writing there.
                let entry = Array(bytes[start..<(start + placeByteCount)])
                entry.withUnsafeBytes { entry in
                    let body = UnsafeRawBufferPointer(rebasing: entry[8...])
                    guard entry.loadUnaligned(as: UInt64.self) == checksum(body, seed: place)
                    else { return }
                    let vector = (0..<dimension).map {
                        body.loadUnaligned(fromByteOffset: 8 + $0 * 4, as: Float.self)
                    }
                    guard vector.allSatisfy(\.isFinite) else { return }
                    entries.append(
                        Entry(vector: vector, time: body.loadUnaligned(as: UInt64.self))
                    )
                }
            }
            return entries
        }
    }

    /// Whether as many queries came after that time as make up half of the sample, and a hundred.
    func hasChanged(since time: UInt64) -> Bool {
        let entries = entries()
        let fresh = entries.count { $0.time > time }
        return fresh >= max(Self.leastCount, entries.count / 2)
    }

    /// Fewer tell too little.
    static let leastCount = 100
}

/// Nanoseconds since 1970.
func nanosecondsSince1970() -> UInt64 {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return UInt64(clamping: now.tv_sec) &* 1_000_000_000 &+ UInt64(clamping: now.tv_nsec)
}
