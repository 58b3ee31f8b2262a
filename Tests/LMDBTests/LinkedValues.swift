import Glibc
import LMDB
import TestSupport

/// Values that tell of each other: any mix of the states of two transactions is seen.
///
/// Transaction N writes some of the values anew, each with N and a checksum in it, and an index with the
/// number of the transaction that wrote each value last.
struct LinkedValues {
    static let valueCount = 150
    private static let index: UInt64 = .max

    let environment: Environment
    let database: Database

    init(_ environment: Environment, create: Bool = false) throws(LMDBError) {
        self.environment = environment
        database = try environment.database("linked", create: create, integerKeys: true)
    }

    /// One more transaction; returns its number.
    @discardableResult
    func write(_ random: inout SplitMix64) throws(LMDBError) -> UInt64 {
        try environment.write { transaction throws(LMDBError) in
            var numbers = try numbers(in: transaction) ?? []
            let number = (numbers.max() ?? 0) + 1
            let isFirst = numbers.isEmpty
            if isFirst { numbers = [UInt64](repeating: number, count: Self.valueCount) }
            for key in 0..<Self.valueCount {
                guard isFirst || Int.random(in: 0..<8, using: &random) == 0 else { continue }
                numbers[key] = number
                let byteCount = Int.random(in: 16..<500, using: &random) * (key % 10 == 0 ? 30 : 1)
                let value = Self.value(UInt64(key), number, byteCount: byteCount)
                try transaction.put(UInt64(key), value, in: database)
            }
            let bytes = numbers.withUnsafeBytes { [UInt8]($0) }
            try transaction.put(
                Self.index,
                bytes + checksum([], [], bytes[...]),
                in: database
            )
            return number
        }
    }

    /// The number of the last transaction, or nil if something does not fit together.
    func read() throws(LMDBError) -> UInt64? {
        try environment.read { transaction throws(LMDBError) in try state(in: transaction) }
    }

    /// The number of the transaction's state, or nil if something does not fit together.
    func state(in transaction: borrowing ReadTransaction) throws(LMDBError) -> UInt64? {
        guard let numbers = try numbers(in: transaction) else { return nil }
        for (key, number) in numbers.enumerated() {
            let fits = try transaction.withValue(for: UInt64(key), in: database) { value in
                value.withUnsafeBytes { bytes in
                    bytes.count >= 16
                        && Self.value(UInt64(key), number, byteCount: bytes.count)
                            .elementsEqual(bytes)
                }
            }
            guard fits == true else { return nil }
        }
        guard try transaction.entryCount(in: database) == Self.valueCount + 1 else { return nil }
        return numbers.max()
    }

    private func numbers(in transaction: borrowing some Transaction & ~Copyable) throws(LMDBError)
        -> [UInt64]?
    {
        try transaction.withValue(for: Self.index, in: database) { value -> [UInt64]? in
            value.withUnsafeBytes { bytes in
                let bytes = [UInt8](bytes)
                guard bytes.count == 8 * (Self.valueCount + 1),
                    checksum([], [], bytes.dropLast(8)) == [UInt8](bytes.suffix(8))
                else {
                    return nil
                }
                return bytes.dropLast(8).withUnsafeBytes {
                    [UInt64]($0.bindMemory(to: UInt64.self))
                }
            }
        } ?? nil
    }

    private static func value(_ key: UInt64, _ number: UInt64, byteCount: Int) -> [UInt8] {
        var generator = SplitMix64(seed: key << 32 ^ number)
        var words = (0..<(byteCount + 7) / 8).map { _ in generator.next() }
        words[0] = number
        return words.withUnsafeBytes { [UInt8]($0.prefix(byteCount)) }
    }
}

/// A number that one process sets and others see, in a file.
struct SharedNumber {
    let path: String

    func set(_ number: UInt64) {
        let descriptor = open(path, O_WRONLY | O_CREAT, 0o644)
        defer { close(descriptor) }
        withUnsafeBytes(of: number) { _ = pwrite(descriptor, $0.baseAddress, 8, 0) }
    }

    /// 0 before it has been set.
    var value: UInt64 {
        let descriptor = open(path, O_RDONLY)
        defer { close(descriptor) }
        var number: UInt64 = 0
        withUnsafeMutableBytes(of: &number) { _ = pread(descriptor, $0.baseAddress, 8, 0) }
        return number
    }
}
