import Glibc
import Quiver

// Each request is a process of its own, so that its memory is its own. Answers with a line of JSON.
//
// build PATH ROWS DIMENSION INDEX DEAD   a store of ROWS documents, DEAD of 100 of which are deleted again
// open PATH                              opening until the first document can be asked for, and its memory
// compact PATH MEBIBYTES THREADS         compaction, and the most memory that it had
// copy PATH DESTINATION                  a plain copy of the segments' files but the indexes, synced
// search PATH DIMENSION SECONDS          latencies of searches, a snapshot each
// write PATH THREADS SECONDS DURABILITY  commits of one document each, from several threads
// hold PATH SECONDS                      a writer that upserts and seals beside a snapshot that is kept

let words = CommandLine.arguments.dropFirst()
func word(_ index: Int) -> String { words.count > index ? Array(words)[index] : "" }
func number(_ index: Int) -> Int { Int(word(index)) ?? 0 }

do {
    switch word(0) {
    case "build":
        try build(
            at: word(1),
            rowCount: number(2),
            dimension: number(3),
            index: word(4),
            deadPercent: number(5)
        )
    case "open": try measureOpening(of: word(1))
    case "compact": try compact(word(1), memoryByteCount: number(2) << 20, threadCount: number(3))
    case "copy": try copySegments(of: word(1), to: word(2))
    case "search": try search(word(1), dimension: number(2), seconds: number(3))
    case "write":
        try write(
            at: word(1),
            threadCount: number(2),
            seconds: number(3),
            isRelaxed: word(4) == "relaxed"
        )
    case "hold": try hold(word(1), seconds: number(2))
    default:
        print("unknown request \(word(0))")
        exit(64)
    }
} catch {
    print("failed: \(error)")
    exit(1)
}
