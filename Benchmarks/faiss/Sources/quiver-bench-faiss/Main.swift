import CBandwidth
import FAISS
import Foundation

/// Answers one request a line, so that a script can take turns between this and other builds of FAISS.
/// README.md beside this package lists the requests.
///
///     quiver-bench-faiss BASE.npy QUERIES.npy DIMENSION
@main
enum Main {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 4, let dimension = Int(arguments[3]), dimension > 0 else {
            FileHandle.standardError.write(
                Data("usage: quiver-bench-faiss BASE.npy QUERIES.npy DIMENSION\n".utf8)
            )
            exit(64)
        }
        var bench = try Bench(
            base: rows(arguments[1]),
            queries: rows(arguments[2]),
            dimension: dimension
        )
        while let request = readLine() {
            let words = request.split(separator: " ").map(String.init)
            do {
                answer(try bench.respond(to: words))
            } catch {
                let message = "\(error)".replacing("\\", with: "").replacing("\"", with: "'")
                answer(#"{"error": "\#(message)"}"#)
            }
        }
    }

    private static func answer(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}
