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

/// Parts of a hit, comma-separated.
struct ContentsArgument: ExpressibleByArgument {
    var contents: Contents = []

    init?(argument: String) {
        for name in argument.split(separator: ",", omittingEmptySubsequences: false) {
            switch name {
            case "text": contents.insert(.text)
            case "vector": contents.insert(.vectors)
            default: return nil
            }
        }
    }
}

/// Threads that work at once: as many as there are processors.
let threadCount = availableProcessorCount()
