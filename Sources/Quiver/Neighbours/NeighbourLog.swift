import Files

/// How far neighbours are written, in a text file beside them, so that the work can go on after the process's death.
///
///     quiver neighbours 1
///     k 10                      what is asked, and of what: a name and a value a line
///     …
///                               an empty line
///     4096 9f86d081884c7d65     a stretch of queries and the XXH3-64 of their records, once these are durable
///     …
struct NeighbourLog {
    /// What is asked, and of what: only the same may go on.
    typealias Question = [(name: String, value: String)]

    private static let title = "quiver neighbours 1\n"

    /// A stretch of queries that is written.
    private struct Stretch {
        let queryCount: Int
        let checksum: UInt64
        /// Where its line ends in the log.
        let end: Int
    }

    private(set) var question: [String: String] = [:]
    private var stretches: [Stretch] = []
    private let headByteCount: Int

    /// What a log begins with. No name or value has a line end.
    static func head(_ question: Question) -> String {
        question.reduce(title) { $0 + "\($1.name) \($1.value)\n" } + "\n"
    }

    /// What is added once a stretch is durable.
    static func line(_ queryCount: Int, _ checksum: UInt64) -> String {
        "\(queryCount) \(String(checksum, radix: 16))\n"
    }

    /// Whether bytes are those of a log, or of the beginning of one whose writer died.
    static func isOne(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.prefix(title.utf8.count).elementsEqual(title.utf8.prefix(bytes.count))
    }

    /// What a log tells; `nil` if its head is not whole. What follows its last whole line is torn.
    init?(_ bytes: UnsafeRawBufferPointer) {
        var lines = Lines(bytes: bytes)
        guard bytes.count >= Self.title.utf8.count, Self.isOne(bytes), lines.next() != nil else {
            return nil
        }
        while true {
            guard let line = lines.next() else { return nil }
            if line.isEmpty { break }
            let name = line.prefix { $0 != " " }
            question[String(name)] = String(line.dropFirst(name.count + 1))
        }
        headByteCount = lines.end
        while let line = lines.next() {
            let words = line.split(separator: " ")
            guard words.count == 2, let count = Int(words[0]), count > 0,
                let checksum = UInt64(words[1], radix: 16)
            else { break }
            stretches.append(Stretch(queryCount: count, checksum: checksum, end: lines.end))
        }
    }

    /// The first thing that another question has otherwise.
    func difference(from asked: Question) -> (what: String, asked: String, found: String)? {
        for (name, value) in asked where question[name] != value {
            return (name, value, question[name] ?? "nothing")
        }
        return nil
    }

    /// What of the log and of the file is borne out by the file's bytes. Reads all of them.
    ///
    /// - Returns: queries that are done, and how many bytes of the file and of the log are to be kept.
    func kept(
        of bytes: UnsafeRawBufferPointer,
        _ format: NeighbourFormat
    ) -> (queryCount: Int, byteCount: Int, logByteCount: Int) {
        let header = format.header
        guard bytes.count >= header.count, bytes.prefix(header.count).elementsEqual(header) else {
            return (0, 0, headByteCount)
        }
        var done = 0
        var end = header.count
        var logEnd = headByteCount
        for stretch in stretches {
            guard stretch.queryCount <= format.queryCount - done else { break }
            let next = end + stretch.queryCount * format.recordByteCount
            guard next <= bytes.count,
                checksum(UnsafeRawBufferPointer(rebasing: bytes[end..<next])) == stretch.checksum
            else { break }
            (done, end, logEnd) = (done + stretch.queryCount, next, stretch.end)
        }
        return (done, end, logEnd)
    }
}

/// The lines of a file, without their ends; the last one only if it is whole.
private struct Lines {
    let bytes: UnsafeRawBufferPointer
    /// Where the last line ended.
    private(set) var end = 0

    init(bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    mutating func next() -> String? {
        let rest = bytes[end...]
        guard let newline = rest.firstIndex(of: 0x0A) else { return nil }
        end = newline + 1
        return String(decoding: rest[..<newline], as: UTF8.self)
    }
}
