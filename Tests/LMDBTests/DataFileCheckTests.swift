import Foundation
import Glibc
import LMDB
import TestSupport
import Testing

@Suite struct `The data file's check` {
    let directory = TemporaryDirectory()
    var path: String { directory.file("data.mdb") }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `a file is intact after every transaction, and holds what was written`(seed: UInt64) throws
    {
        var workload = try Workload(seed: seed, path: path)
        if seed == 3 { workload.largestValue = 400_000 }
        for _ in 0..<40 * fuzzFactor {
            try workload.transaction()
            let report = try DataFileCheck.check(path: path)
            #expect(report.damage == [], "seed \(seed)")
            #expect(report.lostPageCount == 0, "seed \(seed)")
        }
        let found = try walk(path)
        let isSame = found.entries == workload.contents
        #expect(isSame, "seed \(seed)")
        #expect(
            found.report.databases.map(\.entryCount)
                == workload.databases.map {
                    UInt64(workload.model[[UInt8]($0.name.utf8)]?.count ?? 0)
                }
        )
    }

    /// When the write of a meta page fails, LMDB writes the old number over the new one, and leaves the new trees there.
    @Test func `trees that a failed commit left in the older meta page are no damage`() throws {
        try writeTwice()
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        func transaction(_ page: Int) -> UInt64 {
            bytes.withUnsafeBytes {
                $0.loadUnaligned(fromByteOffset: page * 4_096 + 144, as: UInt64.self)
            }
        }
        let older = transaction(0) < transaction(1) ? 0 : 1
        let descriptor = open(path, O_WRONLY)
        defer { close(descriptor) }
        // The root of the main tree, far past the last page.
        var root: UInt64 = 1_000
        try #require(pwrite(descriptor, &root, 8, off_t(older * 4_096 + 88 + 40)) == 8)
        #expect(try DataFileCheck.check(path: path).damage == [])
        let environment = try Environment.open(path: path)
        let database = try environment.database("values", create: false)
        let value = try environment.read { transaction throws(LMDBError) in
            try transaction.value(for: [1], in: database)
        }
        #expect(value == [2])
        // In the later page it is.
        try #require(pwrite(descriptor, &root, 8, off_t((1 - older) * 4_096 + 88 + 40)) == 8)
        #expect(try DataFileCheck.check(path: path).damage != [])
    }

    private func writeTwice() throws {
        let environment = try Environment.open(path: path)
        let database = try environment.database("values", create: true)
        for value in [1, 2] as [UInt8] {
            try environment.write { transaction throws(LMDBError) in
                try transaction.put([1], [value], in: database)
            }
        }
    }
}
