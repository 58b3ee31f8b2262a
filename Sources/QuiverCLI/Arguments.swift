import ArgumentParser
import Quiver
import Threads

/// The store and the collection that most verbs are about.
struct CollectionArguments: ParsableArguments {
    @Argument(help: "The store's directory.", completion: .directory)
    var store: String

    @Argument(help: "The collection's name.")
    var collection: String

    func open(_ access: Store.Access) throws -> Collection {
        try Store.open(at: store, access: access).collection(collection)
    }
}

/// The state of a store that is read: that of now, or of a named snapshot.
struct SnapshotArguments: ParsableArguments {
    @Option(
        name: .customLong("at"),
        help: ArgumentHelp(
            "Read the store as this snapshot has it (quiver snapshot).",
            valueName: "snapshot"
        )
    )
    var name: String?

    func snapshot(of target: CollectionArguments) throws -> Snapshot {
        let store = try Store.open(at: target.store, access: .readOnly)
        guard let name else { return try store.collection(target.collection).snapshot() }
        return try store.snapshot(named: name, collection: target.collection)
    }
}

/// A number of bytes as it is typed: `256MiB`, `1GiB`, `65536`.
struct ByteCountArgument: ExpressibleByArgument {
    var byteCount: Int

    init(byteCount: Int) {
        self.byteCount = byteCount
    }

    init?(argument: String) {
        let units = [("KiB", 10), ("MiB", 20), ("GiB", 30), ("TiB", 40)]
        let unit = units.first { argument.hasSuffix($0.0) }
        let digits = argument.dropLast(unit?.0.count ?? 0)
        guard !digits.isEmpty, digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 }),
            let number = Int(digits)
        else { return nil }
        let (byteCount, overflows) = number.multipliedReportingOverflow(by: 1 << (unit?.1 ?? 0))
        guard !overflows else { return nil }
        self.byteCount = byteCount
    }

    var defaultValueDescription: String {
        byteCount % (1 << 20) == 0 ? "\(byteCount >> 20)MiB" : "\(byteCount)"
    }
}

/// A key as it is typed: digits are an integer, anything else is a string, and `s:` before it forces one.
struct KeyArgument: ExpressibleByArgument {
    var key: Key

    init?(argument: String) {
        if argument.hasPrefix("s:") {
            key = .string(String(argument.dropFirst(2)))
        } else if !argument.isEmpty, argument.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) {
            guard let integer = UInt64(argument) else { return nil }
            key = .integer(integer)
        } else {
            key = .string(argument)
        }
    }
}

extension Key {
    /// The key as one would type it.
    var argument: String {
        switch self {
        case .integer(let value): "\(value)"
        case .string(let value):
            value.hasPrefix("s:") || (!value.isEmpty && value.utf8.allSatisfy { 0x30...0x39 ~= $0 })
                ? "s:\(value)" : value
        }
    }
}

/// Parts of a document or a hit, comma-separated.
struct ContentsArgument: ExpressibleByArgument {
    var contents: Contents = []
    var includesVersion = false

    init(contents: Contents) {
        self.contents = contents
    }

    init?(argument: String) {
        for name in argument.split(separator: ",", omittingEmptySubsequences: false) {
            switch name {
            case "text": contents.insert(.text)
            case "vector", "vectors": contents.insert(.vectors)
            case "fields": contents.insert(.fields)
            case "columns": contents.insert(.columns)
            case "version": includesVersion = true
            default: return nil
            }
        }
    }

    var defaultValueDescription: String {
        [
            contents.contains(.text) ? "text" : nil, contents.contains(.fields) ? "fields" : nil,
            contents.contains(.vectors) ? "vectors" : nil,
            contents.contains(.columns) ? "columns" : nil, includesVersion ? "version" : nil,
        ].compactMap { $0 }.joined(separator: ",")
    }

    /// What shells offer.
    static let parts = [
        "text", "fields", "vectors", "columns", "version", "text,fields,vectors,columns",
    ]
}

/// Threads that work at once: as many as there are processors.
let threadCount = availableProcessorCount()
