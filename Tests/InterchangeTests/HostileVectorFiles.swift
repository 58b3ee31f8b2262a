import Foundation
import Interchange
import TestSupport
import Testing

@Suite struct `Hostile vector files` {
    private let folder = TemporaryDirectory()

    private static let whole: [(name: String, bytes: [UInt8])] = {
        let rows = littleEndian((0..<12).map { Float($0) })
        let half = littleEndian((0..<12).map { Float16($0).bitPattern })
        let fvecs = (0..<4).flatMap { row in
            littleEndian([Int32(3)]) + rows[row * 12..<row * 12 + 12]
        }
        return [
            ("a.npy", npy(npyHeader("<f4", "(4, 3)"), rows)),
            ("b.npy", npy(npyHeader("<f2", "(4, 3)"), half, version: 2)),
            ("a.fvecs", fvecs),
            ("a.fbin", littleEndian([Int32(4), 3]) + rows),
        ]
    }()

    /// Reads everything; whatever is wrong must be an `InterchangeError`, as the types promise.
    private func readAll(_ bytes: [UInt8], _ name: String) throws -> Bool {
        let path = try folder.write(bytes, to: name)
        do throws(InterchangeError) {
            let file = try VectorFile(path: path)
            let rows = try file.rows(0..<file.count)
            #expect(rows.count == file.count * file.dimension)
            #expect(rows.count * 2 <= bytes.count)
            return true
        } catch {
            #expect(error.description.contains(path))
            return false
        }
    }

    @Test(arguments: whole.indices)
    func `every truncation is refused`(format: Int) throws {
        let (name, bytes) = Self.whole[format]
        for count in 0..<bytes.count {
            let isRead = try readAll(Array(bytes.prefix(count)), name)
            // Whole rows of an fvecs file are a shorter fvecs file.
            let isShorterFile = name.hasSuffix(".fvecs") && count > 0 && count % 16 == 0
            #expect(isRead == isShorterFile, "\(name) cut to \(count) bytes")
        }
    }

    @Test(arguments: whole.indices, [UInt64(1), 2, 3])
    func `changed bytes are read or refused, and never crash`(format: Int, seed: UInt64) throws {
        let (name, bytes) = Self.whole[format]
        var generator = SplitMix64(seed: seed)
        for _ in 0..<300 {
            var changed = bytes
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let position = Int.random(in: 0..<min(changed.count, 140), using: &generator)
                changed[position] = UInt8.random(in: 0...255, using: &generator)
            }
            _ = try readAll(changed, name)
        }
    }

    @Test(arguments: whole.indices, [UInt64(4)])
    func `random bytes are refused`(format: Int, seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        for _ in 0..<200 {
            let count = Int.random(in: 0...300, using: &generator)
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            #expect(try !readAll(bytes, Self.whole[format].name), "seed \(seed)")
        }
    }

    @Test func `a file that shrinks while it is open is an error`() throws {
        let (name, bytes) = Self.whole[3]
        let path = try folder.write(bytes, to: name)
        let file = try VectorFile(path: path)
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.truncate(atOffset: UInt64(8 + 12 + 5))
        #expect(
            throws: InterchangeError.vectors(file: path, problem: .truncatedRow(row: 1))
        ) { try file.rows(0..<4) }
    }
}
