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
}
