import Foundation
import Glibc
import JSON
import TestSupport
import Testing

/// The program as it was built beside these tests, run on files of its own.
struct CommandLineRun {
    let folder = TemporaryDirectory()

    /// What a finished run left.
    struct Outcome {
        var status: Int32
        var output: String
        var error: String

        var lines: [String] { output.split(separator: "\n").map(String.init) }

        /// Standard output, a JSON value a line.
        func values() throws -> [JSONValue] { try lines.map { try JSONValue(parsing: $0) } }

        /// The only JSON object on standard output.
        func object(_ location: SourceLocation = #_sourceLocation) throws -> JSONObject {
            let values = try values()
            #expect(values.count == 1, sourceLocation: location)
            return try #require(values.first?.object, sourceLocation: location)
        }
    }

    static let program: String = {
        var path = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &path, path.count - 1)
        precondition(count > 0, "no /proc/self/exe")
        let tests = String(decoding: path[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return URL(fileURLWithPath: tests).deletingLastPathComponent()
            .appendingPathComponent("quiver").path
    }()

    var store: String { folder.file("store") }

    /// Runs `quiver` with `arguments`, after the words of `prefix` if there are any.
    func callAsFunction(
        _ arguments: String...,
        input: String? = nil,
        prefix: [String] = []
    ) throws -> Outcome {
        try run(arguments, input: input.map { Array($0.utf8) }, prefix: prefix)
    }

    func run(
        _ arguments: [String],
        input: [UInt8]? = nil,
        program: String = CommandLineRun.program,
        prefix: [String] = []
    ) throws -> Outcome {
        let name = UUID().uuidString
        let outputPath = folder.file("\(name).out")
        let errorPath = folder.file("\(name).err")
        let process = process(arguments, program: program, prefix: prefix)
        process.standardOutput = try newFile(outputPath)
        process.standardError = try newFile(errorPath)
        process.standardInput = FileHandle.nullDevice
        if let input {
            let path = try write(input, to: "\(name).in")
            process.standardInput = try FileHandle(
                forReadingFrom: URL(fileURLWithPath: path)
            )
        }
        try process.run()
        process.waitUntilExit()
        let output = try Data(contentsOf: URL(fileURLWithPath: outputPath))
        let error = try Data(contentsOf: URL(fileURLWithPath: errorPath))
        #expect(process.terminationReason == .exit, "\(String(decoding: error, as: UTF8.self))")
        return Outcome(
            status: process.terminationStatus,
            output: String(decoding: output, as: UTF8.self),
            error: String(decoding: error, as: UTF8.self)
        )
    }

    private func newFile(_ path: String) throws -> FileHandle {
        let url = URL(fileURLWithPath: path)
        try Data().write(to: url)
        return try FileHandle(forWritingTo: url)
    }

    /// The process that would run; not started.
    func process(
        _ arguments: [String],
        program: String = CommandLineRun.program,
        prefix: [String] = []
    ) -> Process {
        let words = prefix + [program] + arguments
        let process = Process()
        process.executableURL = URL(fileURLWithPath: words[0])
        process.arguments = Array(words.dropFirst())
        return process
    }

    /// Writes a file of the test's own and returns its path.
    func write(_ bytes: [UInt8], to name: String) throws -> String {
        let path = folder.file(name)
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    func write(_ text: String, to name: String) throws -> String {
        try write(Array(text.utf8), to: name)
    }

    /// An `.fbin` file of `rows`.
    func writeFBIN(_ rows: [[Float]], to name: String) throws -> String {
        let header = [UInt32(rows.count), UInt32(rows.first?.count ?? 0)]
        let numbers = header + rows.flatMap { $0.map(\.bitPattern) }
        return try write(
            numbers.flatMap { number in withUnsafeBytes(of: number.littleEndian) { Array($0) } },
            to: name
        )
    }

    /// Makes a store with the collection `c` of dimension 2.
    func createCollection(
        _ options: String...,
        dimension: Int = 2,
        location: SourceLocation = #_sourceLocation
    ) throws {
        let outcome = try run(["create", store, "c", "--dimension", "\(dimension)"] + options)
        #expect(outcome.status == 0, "\(outcome.error)", sourceLocation: location)
    }

    /// Imports JSONL lines into `c`.
    func importLines(_ lines: [String], location: SourceLocation = #_sourceLocation) throws {
        let outcome = try self(
            "import",
            store,
            "c",
            "-",
            "--json",
            input: lines.map { "\($0)\n" }.joined()
        )
        #expect(outcome.status == 0, "\(outcome.error)", sourceLocation: location)
    }

    /// Live documents in `c`.
    func liveCount() throws -> Int? {
        try self("stats", store, "c", "--json").object()["live"]?.int
    }
}

/// Three documents whose nearest neighbours are plain to see.
let threeLines = [
    #"{"key":"east","text":"to the east","vector":[1,0]}"#,
    #"{"key":7,"text":"north-east","vector":[1,1]}"#,
    #"{"key":"north","vector":[0,2]}"#,
]
