import Encoders
import Foundation
import Quiver
import Tensors

/// Answers one request a line, so that a script can take turns between this and other encoders.
///
///     quiver-bench-encoder ENCODER TEXTS THREADS
///
///     kernels            → {"kernels": "AVX-512", "openblas": "Cooperlake"}
///     encode             → {"seconds": 3.9, "cpu_seconds": 7.7}, all lines of TEXTS
///     write PATH         → the same, and the rows as float32, little-endian
///     gemm               → {"products": [{"rows": 252, …, "ours": 1.1e11, "openblas": 1.0e11}, …]}, FLOP/s
@main
enum Main {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 4, let threadCount = Int(arguments[3]), threadCount > 0 else {
            FileHandle.standardError.write(
                Data("usage: quiver-bench-encoder ENCODER TEXTS THREADS\n".utf8)
            )
            exit(64)
        }
        let encoder = try SentenceEncoder(folder: arguments[1])
        let texts = try String(contentsOfFile: arguments[2], encoding: .utf8)
            .split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
            .dropLast()
        while let request = readLine() {
            let words = request.split(separator: " ", maxSplits: 1).map(String.init)
            switch words.first {
            case "kernels":
                answer(#"{"kernels": "\#(Kernels.best)", "openblas": "\#(BLAS.coreName)"}"#)
            case "encode", "write":
                let clock = ContinuousClock()
                let processorBegin = processorSeconds()
                var rows: [Float] = []
                let duration = try clock.measure {
                    rows = try encoder.encode(
                        Array(texts),
                        EncodingRequest(role: .document, threadCount: threadCount)
                    ).rows
                }
                if words.count == 2 {
                    try rows.withUnsafeBytes { Data($0) }.write(to: URL(fileURLWithPath: words[1]))
                }
                answer(
                    #"{"seconds": \#(duration / .seconds(1)), "cpu_seconds": \#(processorSeconds() - processorBegin)}"#
                )
            case "gemm":
                answer(#"{"products": [\#(products().joined(separator: ", "))]}"#)
            default:
                answer(#"{"error": "unknown request"}"#)
            }
        }
    }

    /// Processor time of all threads so far.
    private static func processorSeconds() -> Double {
        Double(clock()) / Double(CLOCKS_PER_SEC)
    }

    private static func answer(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}
