import CBandwidth
import FAISS
import Foundation

/// The rows, the index that was built last, and what is asked of it.
struct Bench: ~Copyable {
    private let base: [Float]
    private let queries: [Float]
    private let dimension: Int
    private var index: Index
    private var parameters = SearchParameters()

    init(base: [Float], queries: [Float], dimension: Int) throws {
        self.base = base
        self.queries = queries
        self.dimension = dimension
        index = try Index(dimension: dimension, factory: "Flat", metric: .l2)
    }

    mutating func respond(to words: [String]) throws -> String {
        switch (words.first, words.count) {
        case ("version", 1):
            return #"{"version": "Quiver"}"#
        case ("build", 4):
            return try build(
                words[1],
                threadCount: Int(words[2]) ?? 1,
                efConstruction: Int(words[3]) ?? 0
            )
        case ("set", 2):
            parameters = try SearchParameters(words[1])
            return "{}"
        case ("search", 7):
            let numbers = words[1...5].compactMap { Int($0) }
            guard numbers.count == 5 else { break }
            return try search(
                numbers[0]..<numbers[0] + numbers[1],
                batchSize: numbers[2],
                k: numbers[3],
                threadCount: numbers[4],
                labelsPath: words[6] == "-" ? nil : words[6]
            )
        case ("size", 1):
            return #"{"bytes": \#(try index.serialized().count)}"#
        case ("bandwidth", 1):
            return #"{"bytes_per_second": \#(bandwidth())}"#
        case ("drop", 1):
            index = try Index(dimension: dimension, factory: "Flat", metric: .l2)
            return "{}"
        default:
            break
        }
        return #"{"error": "unknown request"}"#
    }

    private mutating func build(
        _ factory: String,
        threadCount: Int,
        efConstruction: Int
    ) throws -> String {
        index = try Index(dimension: dimension, factory: "Flat", metric: .l2)
        parameters = SearchParameters()
        var index = try Index(dimension: dimension, factory: factory, metric: .l2)
        if efConstruction > 0 { try index.setEfConstruction(efConstruction) }
        let clock = ContinuousClock()
        let training = try clock.measure { try index.train(base) }
        let adding = try clock.measure {
            try index.add(base.span, threadCount: threadCount)
        }
        self.index = index
        return """
            {"train_seconds": \(training / .seconds(1)), "add_seconds": \(adding / .seconds(1))}
            """
    }

    /// Asks `range` of the queries, `batchSize` at a time.
    private func search(
        _ range: Range<Int>,
        batchSize: Int,
        k: Int,
        threadCount: Int,
        labelsPath: String?
    ) throws -> String {
        var labels = [Int64](repeating: -1, count: range.count * k)
        let clock = ContinuousClock()
        let duration = try clock.measure {
            for first in stride(from: range.lowerBound, to: range.upperBound, by: batchSize) {
                let batch = first..<min(first + batchSize, range.upperBound)
                let result = try index.search(
                    queries.span.extracting(
                        batch.lowerBound * dimension..<batch.upperBound * dimension
                    ),
                    k: k,
                    parameters: parameters,
                    threadCount: threadCount
                )
                for query in 0..<batch.count {
                    var place = (first - range.lowerBound + query) * k
                    for label in result.labels(of: query) {
                        labels[place] = label
                        place += 1
                    }
                }
            }
        }
        if let labelsPath {
            try labels.withUnsafeBytes { Data($0) }.write(to: URL(fileURLWithPath: labelsPath))
        }
        return #"{"seconds": \#(duration / .seconds(1))}"#
    }

    /// Bytes a second of the best of several plain loops over the base rows.
    private func bandwidth() -> Double {
        base.withUnsafeBytes { bytes in
            let byteCount = bytes.count & ~4095
            let clock = ContinuousClock()
            var best = 0.0
            for _ in 0..<10 {
                for way in 0..<BANDWIDTH_WAYS {
                    let duration = clock.measure {
                        _ = bandwidth_read(bytes.baseAddress, byteCount, way)
                    }
                    best = max(best, Double(byteCount) / (duration / .seconds(1)))
                }
            }
            return best
        }
    }
}

extension SearchParameters {
    /// Reads `nprobe=8,k_factor_rf=4` or `efSearch=64`; `-` asks for the index's own settings.
    fileprivate init(_ text: String) throws {
        self.init()
        guard text != "-" else { return }
        for setting in text.split(separator: ",") {
            let parts = setting.split(separator: "=")
            guard parts.count == 2, let value = Int(parts[1]) else {
                throw BenchError(message: "no setting: \(setting)")
            }
            switch parts[0] {
            case "nprobe": nprobe = value
            case "efSearch", "search_L": efSearch = value
            case "k_factor_rf": kFactor = Float(value)
            default: throw BenchError(message: "unknown setting: \(setting)")
            }
        }
    }
}

struct BenchError: Error, CustomStringConvertible {
    let message: String
    var description: String { message }
}
