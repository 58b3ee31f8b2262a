import Glibc
import LMDB
import TestSupport

/// Random transactions on three databases of one environment, and what they should have left behind.
///
/// Values end with a checksum of database, key and bytes, as values of a careful client do: without one,
/// a change inside a value is nothing that the file's structure could tell.
struct Workload {
    var random: SplitMix64
    var largestValue = 20_000
    var model: Contents = [:]
    let path: String
    private(set) var environment: Environment
    private(set) var databases: [Database] = []

    init(seed: UInt64, path: String) throws {
        random = SplitMix64(seed: seed)
        self.path = path
        var options = Environment.Options()
        options.durability = .relaxed
        environment = try Environment.open(path: path, options: options)
        try openDatabases()
        for database in databases { model[[UInt8](database.name.utf8)] = [:] }
    }

    private mutating func openDatabases() throws {
        databases = [
            try environment.database("articles", create: true),
            try environment.database("blocks", create: true, integerKeys: true),
            try environment.database("commits", create: true),
        ]
    }

    /// Closes the environment and opens it again.
    mutating func reopen(elsewhere: String) throws {
        // Hold something else meanwhile: there is no value for "closed".
        environment = try Environment.open(path: elsewhere)
        environment = try Environment.open(path: path)
        try openDatabases()
    }

    /// What the file should hold.
    var contents: Contents { model.filter { !$0.value.isEmpty } }

    private struct GivenUp: LMDBErrorConvertible {
        var error: LMDBError?

        init() {}

        init(_ error: LMDBError) {
            self.error = error
        }
    }

    /// One transaction of up to 30 changes; one in eight is given up.
    mutating func transaction() throws {
        var changed = model
        var random = random
        defer { self.random = random }
        do {
            try environment.write { transaction throws(GivenUp) in
                do throws(LMDBError) {
                    for _ in 0..<Int.random(in: 1...30, using: &random) {
                        try change(&transaction, &changed, &random)
                    }
                } catch {
                    throw GivenUp(error)
                }
                if Int.random(in: 0..<8, using: &random) == 0 { throw GivenUp() }
            }
            model = changed
        } catch {
            if let cause = error.error { throw cause }
        }
    }

    private func change(
        _ transaction: inout WriteTransaction,
        _ model: inout Contents,
        _ random: inout SplitMix64
    ) throws(LMDBError) {
        let database = databases[Int.random(in: 0..<databases.count, using: &random)]
        let name = [UInt8](database.name.utf8)
        let number = UInt64.random(in: 0..<300, using: &random)
        let key =
            database.hasIntegerKeys
            ? withUnsafeBytes(of: number) { [UInt8]($0) } : [UInt8]("key \(number)".utf8)
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<50:
            let value = value(database, key, &random)
            if database.hasIntegerKeys {
                try transaction.put(number, value, in: database)
            } else {
                try transaction.put(key, value, in: database)
            }
            model[name]?[key] = value
        case 50..<90:
            let wasThere =
                database.hasIntegerKeys
                ? try transaction.delete(number, in: database)
                : try transaction.delete(key, in: database)
            precondition(wasThere == (model[name]?[key] != nil))
            model[name]?[key] = nil
        case 90..<98:
            // Pages that are taken and given back in one transaction.
            let value = value(database, key, &random)
            if database.hasIntegerKeys {
                try transaction.put(number, value, in: database)
                try transaction.delete(number, in: database)
            } else {
                try transaction.put(key, value, in: database)
                try transaction.delete(key, in: database)
            }
            model[name]?[key] = nil
        case 98 where !database.hasIntegerKeys:
            let prefix = [UInt8]("key 1".utf8)
            let count = try transaction.delete(in: database, prefix: prefix)
            let going = model[name]?.keys.filter { $0.starts(with: prefix) } ?? []
            precondition(count == going.count)
            for key in going { model[name]?[key] = nil }
        default:
            try transaction.deleteAll(in: database)
            model[name] = [:]
        }
    }

    private func value(_ database: Database, _ key: [UInt8], _ random: inout SplitMix64) -> [UInt8]
    {
        let isLarge = Int.random(in: 0..<4, using: &random) == 0
        let byteCount = Int.random(in: 0..<(isLarge ? largestValue : 1000), using: &random)
        let seed = UInt8.random(in: 0...255, using: &random)
        var bytes = [UInt8](repeating: seed, count: byteCount)
        bytes.withUnsafeMutableBytes { bytes in
            for index in stride(from: 0, to: bytes.count, by: 97) {
                bytes[index] = UInt8(truncatingIfNeeded: index)
            }
        }
        return bytes + checksum([UInt8](database.name.utf8), key, bytes[...])
    }
}

/// Values by key by database.
typealias Contents = [[UInt8]: [[UInt8]: [UInt8]]]

/// FNV-1a over the words of everything that makes an entry.
func checksum(_ database: [UInt8], _ key: [UInt8], _ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    func add(_ bytes: UnsafeRawBufferPointer) {
        var index = 0
        while index + 8 <= bytes.count {
            hash =
                (hash ^ bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
                &* 0x100_0000_01B3
            hash ^= hash >> 32
            index += 8
        }
        while index < bytes.count {
            hash = (hash ^ UInt64(bytes[index])) &* 0x100_0000_01B3
            index += 1
        }
    }
    database.withUnsafeBytes(add)
    key.withUnsafeBytes(add)
    bytes.withUnsafeBytes(add)
    return withUnsafeBytes(of: hash) { [UInt8]($0) }
}

/// How many times longer the random tests run than usual: `QUIVER_FUZZ_FACTOR`, 1 if it is not set.
let fuzzFactor = getenv("QUIVER_FUZZ_FACTOR").flatMap { Int(String(cString: $0)) } ?? 1

/// The entries of a file that `DataFileCheck` hands out, and its report.
func walk(_ path: String) throws -> (entries: Contents, report: DataFileReport) {
    var entries: Contents = [:]
    let report = try DataFileCheck.walk(path: path) { database, key, value in
        entries[database, default: [:]][key.withUnsafeBytes { [UInt8]($0) }] = value.withUnsafeBytes
        { [UInt8]($0) }
    }
    return (entries, report)
}
