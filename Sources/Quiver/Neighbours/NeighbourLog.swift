import Files

/// How far neighbours are written, in a text file beside them: what is asked, and then a line for each stretch of queries, with the
/// checksum of its bytes, once these are durable.
struct NeighbourLog {
    /// What is asked, and of what: only the same may go on.
    let identity: String
    /// The stretches that are written: queries, and their bytes' checksum.
    private(set) var stretches: [(queryCount: Int, checksum: UInt64)] = []

    init(identity: String) {
        self.identity = identity
    }

    /// What is written at the head of the file.
    var head: String { identity + "\n" }

    var text: String { stretches.reduce(head) { $0 + Self.line($1.queryCount, $1.checksum) } }

    static func line(_ queryCount: Int, _ checksum: UInt64) -> String {
        "\(queryCount) \(String(checksum, radix: 16))\n"
    }

    /// What a log tells; `nil` if it is of something else. Its last line may be torn.
    init?(_ bytes: UnsafeRawBufferPointer, identity: String) {
        let head = Array((identity + "\n").utf8)
        guard bytes.count >= head.count, bytes.prefix(head.count).elementsEqual(head) else {
            return nil
        }
        self.identity = identity
        var rest = bytes[head.count...]
        while let end = rest.firstIndex(of: 0x0A) {
            let words = String(decoding: rest[..<end], as: UTF8.self).split(separator: " ")
            rest = rest[(end + 1)...]
            guard words.count == 2, let count = Int(words[0]), count > 0,
                let checksum = UInt64(words[1], radix: 16)
            else { break }
            stretches.append((count, checksum))
        }
    }

    /// Keeps the stretches whose bytes are in the file, and says where those end.
    ///
    /// - Returns: queries that are done, and the bytes of the file that are to be kept.
    mutating func verify(
        _ bytes: UnsafeRawBufferPointer,
        _ format: NeighbourFormat
    ) -> (queryCount: Int, byteCount: Int) {
        let header = format.header
        guard bytes.count >= header.count, bytes.prefix(header.count).elementsEqual(header) else {
            stretches = []
            return (0, 0)
        }
        var done = 0
        var kept = header.count
        for (place, stretch) in stretches.enumerated() {
            let (length, isTooLong) = stretch.queryCount.multipliedReportingOverflow(
                by: format.recordByteCount
            )
            guard !isTooLong, stretch.queryCount <= format.queryCount - done,
                length <= bytes.count - kept,
                checksum(UnsafeRawBufferPointer(rebasing: bytes[kept..<kept + length]))
                    == stretch.checksum
            else {
                stretches.removeSubrange(place...)
                break
            }
            done += stretch.queryCount
            kept += length
        }
        return (done, kept)
    }
}
