import Glibc
import Quiver
import TestSupport

/// A snapshot that another process keeps through an hour of writes, and what that costs: the same writes are done to a
/// second store that nobody reads, and what both take up is compared.
///
/// A minute is a few commits that write a third of the documents anew, a seal, and a compaction of all: each segment is retired
/// within a minute.
struct HeldSnapshot {
    let report: Report

    private static let commitCount = 12
    private static let documentCount = 1_500
    private static let dimension = 64
    private static let collection = "hours"
    /// The catalogs of two stores that do the same may differ by some pages.
    private static let slackByteCount = 1 << 20

    func run(minutes: Int, seed: UInt64) {
        report.begin("minutes of writes beside a kept snapshot", total: 2 * minutes)
        let command = "held \(minutes) \(seed)"
        Scratch.withFolder { folder in
            do throws(StoreError) {
                let alone = try write("\(folder)/alone", minutes, seed) { _ in }
                var held: Holder?
                let path = "\(folder)/read"
                let beside = try write(path, minutes, seed) { minute in
                    if minute == 0 { held = Holder(path, folder) }
                }
                guard let holder = held else { stop("no minute has passed") }
                if beside > alone + alone / 20 + Self.slackByteCount {
                    report.find(
                        "with a reader the store takes \(beside) bytes, alone \(alone)",
                        command: command
                    )
                }
                for finding in holder.end() { report.find(finding, command: command) }
                report.count("minutes beside a kept snapshot", minutes)
                report.count("commits", minutes * Self.commitCount)
                report.count("bytes of the store", beside)
                report.count("bytes of the store alone", alone)
                report.count("retired bytes kept", holder.keptByteCount)
            } catch {
                report.find("\(error)", command: command)
            }
        }
    }

    /// Does the writes, and gives how much the store takes in the end.
    private func write(
        _ path: String,
        _ minutes: Int,
        _ seed: UInt64,
        afterMinute: (Int) -> Void
    ) throws(StoreError) -> Int {
        let store = try Store.create(at: path)
        let collection = try store.createCollection(
            Self.collection,
            CollectionConfiguration(dimension: Self.dimension, metric: .l2, index: .graph)
        )
        var random = SplitMix64(seed: seed)
        for minute in 0..<minutes {
            var keys = Array(0..<Self.documentCount).shuffled(using: &random)
            if minute > 0 { keys.removeLast(2 * keys.count / 3) }
            for commit in 0..<Self.commitCount {
                var batch = WriteBatch()
                for place in stride(from: commit, to: keys.count, by: Self.commitCount) {
                    batch.upsert(
                        Document(
                            key: .integer(UInt64(keys[place])),
                            text: "minute \(minute)",
                            vector: randomVector(&random)
                        )
                    )
                }
                try collection.write(batch)
            }
            try collection.compact(CompactionOptions(maximumSegmentDocumentCount: 700))
            try collection.maintain()
            afterMinute(minute)
            report.step()
        }
        store.close()
        return Self.byteCount(of: path)
    }

    private func randomVector(_ random: inout SplitMix64) -> [Float] {
        (0..<Self.dimension).map { _ in Float.random(in: -1...1, using: &random) }
    }

    /// What the files under `path` take up.
    private static func byteCount(of path: String) -> Int {
        var total = 0
        walk(path) { status in total += Int(status.st_blocks) * 512 }
        return total
    }

    fileprivate static func walk(_ path: String, _ body: (stat) -> Void) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        body(status)
        guard let stream = opendir(path) else { return }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { walk("\(path)/\(name)", body) }
        }
    }
}

/// The process that keeps the snapshot.
private final class Holder {
    private let child: Child
    private let output: String
    private let release: String
    private let segmentsPath: String
    /// Bytes of all segments when the snapshot was taken, in whole pages.
    private var segmentByteCount = 0
    private let memoryByteCount: Int
    private(set) var keptByteCount = 0

    /// Comes back when the snapshot is there.
    init(_ path: String, _ folder: String) {
        output = "\(folder)/holder"
        release = "\(folder)/release"
        segmentsPath = "\(path)/segments"
        child = Child(["hold", path, release], output: output)
        while !Scratch.text(of: output).hasPrefix("held") {
            if let outcome = child.ended() {
                stop("the reader \(outcome): \(Scratch.text(of: output))")
            }
            usleep(2_000)
        }
        memoryByteCount = Self.anonymousByteCount(of: child)
        var total = 0
        HeldSnapshot.walk(segmentsPath) { status in
            if status.st_mode & S_IFMT == S_IFREG {
                total += (Int(status.st_size) + 4_095) & ~4_095
            }
        }
        segmentByteCount = total
    }

    /// Looks at what the process costs, lets it look at its snapshot once more and end.
    func end() -> [String] {
        var findings: [String] = []
        keptByteCount = retiredByteCount
        if keptByteCount > segmentByteCount {
            findings.append(
                "\(keptByteCount) bytes of retired files are mapped, the snapshot had \(segmentByteCount)"
            )
        }
        if keptByteCount == 0 { findings.append("nothing that the snapshot has was retired") }
        let grown = Self.anonymousByteCount(of: child) - memoryByteCount
        if grown > 1 << 20 { findings.append("the reader's memory has grown by \(grown) bytes") }
        if let file = fopen(release, "w") { fclose(file) }
        let outcome = child.wait()
        if outcome != .exited(0) {
            findings.append("the reader \(outcome): \(Scratch.text(of: output))")
        }
        return findings
    }

    /// Files of the store that the process has mapped and that have no name any more.
    private var retiredByteCount: Int {
        var total = 0
        for line in Self.lines(of: "/proc/\(child.processID)/maps")
        where line.hasSuffix("(deleted)") && line.contains(segmentsPath) {
            let bounds = line.prefix { $0 != " " }.split(separator: "-").compactMap {
                Int($0, radix: 16)
            }
            if bounds.count == 2 { total += bounds[1] - bounds[0] }
        }
        return total
    }

    private static func anonymousByteCount(of child: Child) -> Int {
        for line in lines(of: "/proc/\(child.processID)/status") where line.hasPrefix("RssAnon:") {
            return (line.split(separator: " ").compactMap { Int($0) }.first ?? 0) << 10
        }
        stop("no process \(child.processID)")
    }

    private static func lines(of path: String) -> [Substring] {
        guard let file = fopen(path, "r") else { return [] }
        defer { fclose(file) }
        var text: [UInt8] = []
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&bytes, 1, bytes.count, file)
            guard count > 0 else { break }
            text += bytes[..<count]
        }
        return String(decoding: text, as: UTF8.self).split(separator: "\n")
    }
}

/// `StoreTorture hold PATH RELEASE`: keeps a snapshot until there is a file RELEASE.
func holdSnapshot(path: String, release: String) throws(StoreError) {
    let store = try Store.open(at: path, access: .readOnly)
    let name = try store.collectionNames()[0]
    let snapshot = try store.collection(name).snapshot()
    let before = try contents(of: snapshot)
    say("held")
    while access(release, F_OK) != 0 { usleep(20_000) }
    guard try contents(of: snapshot) == before else { stop("the snapshot has changed") }
}

/// A hash of all documents, and what a search finds.
private func contents(of snapshot: Snapshot) throws(StoreError) -> [Int] {
    var hasher = Hasher()
    var last: [Float] = []
    try snapshot.scan(contents: .all) { document in
        hasher.combine(document.key)
        hasher.combine(document.version)
        hasher.combine(document.text)
        hasher.combine(document.vector)
        last = document.vector
        return true
    }
    for hit in try snapshot.search(SearchRequest(queries: [last], k: 10))[0].hits {
        hasher.combine(hit.key)
        hasher.combine(hit.score)
    }
    return [hasher.finalize(), snapshot.liveCount]
}
