import Quiver
import TestSupport

/// One thing that a program does to a store.
///
/// To add one: a case here, its odds in `draw`, what it does to the model in `Model.apply`, and what it does to
/// the store in `Session.perform`; what it changes that nothing looks at yet goes into `Comparison`. Each may be
/// done twice in a row, since a process that was killed does its last one again.
enum Operation: Sendable {
    case createStore
    case createCollection(String, CollectionConfiguration)
    case write([Change], collection: String)
    case seal(collection: String)
    case maintain(collection: String)
    case reopen
    /// A snapshot that is kept, and compared again and again with what it saw first.
    case keepSnapshot(collection: String)
    /// Another process opens the store, reads everything and compares.
    case readElsewhere
}

enum Change: Sendable {
    case upsert(Document)
    case delete(Key)
}

extension Operation {
    /// An operation that can follow those that have made `model`.
    static func draw(after model: Model, _ random: inout SplitMix64) -> Operation {
        let names = model.collections.keys.sorted()
        guard let name = names.randomElement(using: &random) else {
            return .createCollection("c0", configuration(&random))
        }
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<2 where names.count < 4:
            return .createCollection("c\(names.count)", configuration(&random))
        case 2..<10: return .seal(collection: name)
        case 10..<18: return .maintain(collection: name)
        case 18..<22: return .reopen
        case 22..<25: return .keepSnapshot(collection: name)
        case 25..<26: return .readElsewhere
        default: return .write(changes(to: name, of: model, &random), collection: name)
        }
    }

    private static func configuration(_ random: inout SplitMix64) -> CollectionConfiguration {
        let indexes: [IndexSpecification] = [.graph, .exact, .automatic, .ivf]
        return CollectionConfiguration(
            dimension: Int.random(in: 1...12, using: &random),
            metric: Metric.allCases.randomElement(using: &random) ?? .l2,
            index: indexes.randomElement(using: &random) ?? .graph
        )
    }

    /// New documents, replacements and deletes, of keys that are there and of some that are not.
    private static func changes(
        to name: String,
        of model: Model,
        _ random: inout SplitMix64
    ) -> [Change] {
        guard let collection = model.collections[name] else { return [] }
        var changes: [Change] = []
        var touched: Set<Key> = []
        let deletesMost = Int.random(in: 0..<12, using: &random) == 0
        for _ in 0..<Int.random(in: 1...40, using: &random) {
            let number = UInt64.random(in: 0..<200, using: &random)
            let key: Key = number % 3 == 0 ? .string("key-\(number)") : .integer(number)
            guard touched.insert(key).inserted else { continue }
            if Int.random(in: 0..<(deletesMost ? 2 : 5), using: &random) == 0 {
                changes.append(.delete(key))
            } else {
                let text = text(of: key, step: model.step, &random)
                changes.append(.upsert(collection.document(key, text: text, &random)))
            }
        }
        if deletesMost {
            for key in collection.documents.keys.sorted() where touched.insert(key).inserted {
                changes.append(.delete(key))
            }
        }
        return changes
    }

    /// Different for each write of a key; now and then none, or one that gets a file of its own.
    private static func text(
        of key: Key,
        step: Int,
        _ random: inout SplitMix64
    ) -> String? {
        switch Int.random(in: 0..<1_000, using: &random) {
        case 0..<2: longText("step \(step), \(key), ")
        case 2..<100: nil
        default: "step \(step), \(key)"
        }
    }

    /// A text of a little over 1 MiB.
    static func longText(_ phrase: String) -> String {
        String(repeating: phrase, count: (1 << 20) / phrase.utf8.count + 2)
    }
}

extension Model.Collection {
    /// A document with a row of its own.
    func document(_ key: Key, text: String?, _ random: inout SplitMix64) -> Document {
        let row = (0..<configuration.vectorFields[0].dimension).map { _ in
            Float.random(in: -1...1, using: &random)
        }
        return Document(key: key, text: text, vector: row)
    }
}
