import Glibc
import Quiver
import TestSupport

/// One writer and eight readers, each a process of its own. The writer is killed now and then, and readers are, and others
/// take their places.
struct ReadersBesideWriter {
    let report: Report

    private static let readerCount = 8

    func run(seconds: Int, seed: UInt64) {
        report.begin("readers beside a writer, seconds", total: seconds)
        var random = SplitMix64(seed: seed)
        Scratch.withFolder { folder in
            let path = "\(folder)/store"
            make(path)
            let start = ContinuousClock.now
            var writer = startWriter(path, &random)
            var readers = (0..<Self.readerCount).map { place in
                startReader(place, path, seconds, &random)
            }
            var told = 0
            while true {
                usleep(50_000)
                let passed = Int((ContinuousClock.now - start) / .seconds(1))
                report.step(passed - told)
                told = passed
                if let outcome = writer.ended() {
                    note("the writer \(outcome)", "\(folder)/store-writer", seconds, seed)
                    return end(readers)
                }
                for place in readers.indices {
                    guard let outcome = readers[place].ended() else { continue }
                    let output = "\(path)-reader-\(place)"
                    if outcome != .exited(0) {
                        note("a reader \(outcome)", output, seconds, seed)
                        writer.kill()
                        readers.remove(at: place)
                        return end(readers)
                    }
                    countViews(output)
                    readers[place] = startReader(place, path, seconds, &random)
                }
                if passed >= seconds { break }
                if Int.random(in: 0..<25, using: &random) == 0 {
                    writer.kill()
                    report.count("killed writers")
                    writer = startWriter(path, &random)
                }
                if Int.random(in: 0..<60, using: &random) == 0 {
                    let place = Int.random(in: readers.indices, using: &random)
                    readers[place].kill()
                    report.count("killed readers")
                    readers[place] = startReader(place, path, seconds, &random)
                }
            }
            writer.kill()
            end(readers)
            check(path, seconds, seed)
        }
    }

    private func make(_ path: String) {
        do {
            let store = try Store.create(at: path)
            defer { store.close() }
            let collection = try store.createCollection(
                Generation.collection,
                Generation.configuration
            )
            try collection.write(Generation(number: 1).batch)
        } catch {
            stop("\(error)")
        }
    }

    private func startWriter(_ path: String, _ random: inout SplitMix64) -> Child {
        Child(["writer", path, "\(random.next() >> 32)"], output: "\(path)-writer")
    }

    /// A reader looks for a few seconds, and then another takes its place.
    private func startReader(
        _ place: Int,
        _ path: String,
        _ seconds: Int,
        _ random: inout SplitMix64
    ) -> Child {
        let span = Int.random(in: 1...max(1, min(20, seconds / 2)), using: &random)
        return Child(
            ["reader", path, "\(random.next() >> 32)", "\(span)"],
            output: "\(path)-reader-\(place)"
        )
    }

    private func end(_ readers: [Child]) {
        for reader in readers { reader.kill() }
    }

    private func countViews(_ output: String) {
        let words = Scratch.text(of: output).split { $0 == " " || $0 == "\n" }
        report.count("views of readers", words.last.flatMap { Int($0) } ?? 0)
    }

    private func note(_ what: String, _ output: String, _ seconds: Int, _ seed: UInt64) {
        let text = Scratch.text(of: output)
        report.find("\(what): \(text)", command: "readers \(seconds) \(seed)")
    }

    private func check(_ path: String, _ seconds: Int, _ seed: UInt64) {
        do {
            let verification = try Store.verify(at: path)
            let snapshot = try Store.open(at: path, access: .readOnly)
                .collection(Generation.collection).snapshot()
            switch try Generation.read(snapshot) {
            case .success(let generation) where verification.isSound:
                report.count("batches beside readers", generation.number)
            case .success:
                report.find("\(verification.damage)", command: "readers \(seconds) \(seed)")
            case .failure(let torn):
                report.find("at the end \(torn.what)", command: "readers \(seconds) \(seed)")
            }
        } catch {
            report.find("at the end: \(error)", command: "readers \(seconds) \(seed)")
        }
    }
}
