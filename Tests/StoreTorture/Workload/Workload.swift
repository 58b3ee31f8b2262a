import Quiver
import TestSupport

/// A sequence of operations that is the same each time it is asked for, and what the model is after each.
///
/// Its name is `script:SEED`, one of each kind of operation in a fixed order, or `random:SEED:COUNT`.
struct Workload: Sendable {
    let name: String
    let operations: [Operation]
    /// `models[n]` is what holds after `n` operations.
    let models: [Model]

    init?(_ name: String) {
        let words = name.split(separator: ":").map(String.init)
        guard words.count >= 2, let seed = UInt64(words[1]) else { return nil }
        switch (words[0], words.count) {
        case ("script", 2): self.init(name: name, Self.script(seed: seed))
        case ("random", 3):
            guard let count = Int(words[2]), count > 0 else { return nil }
            self.init(name: name, Self.random(seed: seed, count: count))
        default: return nil
        }
    }

    static func random(seed: UInt64, count: Int) -> String { "random:\(seed):\(count)" }

    private init(name: String, _ operations: [Operation]) {
        var models = [Model()]
        for operation in operations {
            var model = models[models.count - 1]
            model.apply(operation)
            models.append(model)
        }
        self.name = name
        self.operations = operations
        self.models = models
    }

    private static func random(seed: UInt64, count: Int) -> [Operation] {
        var random = SplitMix64(seed: seed)
        var model = Model()
        var operations: [Operation] = []
        for step in 0..<count {
            let operation = step == 0 ? .createStore : Operation.draw(after: model, &random)
            operations.append(operation)
            model.apply(operation)
        }
        return operations
    }

    /// Every kind of change that a store can go through, on as few documents as show it.
    private static func script(seed: UInt64) -> [Operation] {
        var random = SplitMix64(seed: seed)
        let configuration = CollectionConfiguration(dimension: 4, metric: .l2, index: .graph)
        let collection = Model.Collection(configuration: configuration)
        var step = 0
        func upserts(_ keys: Range<Int>) -> [Change] {
            step += 1
            return keys.map { number in
                let key = Key.integer(UInt64(number))
                return .upsert(collection.document(key, text: "\(number), write \(step)", &random))
            }
        }
        func long(_ name: String) -> [Change] {
            let text = Operation.longText("\(name) of write \(step). ")
            return [.upsert(collection.document(.string(name), text: text, &random))]
        }
        func deletes(_ keys: Range<Int>) -> [Change] {
            keys.map { .delete(.integer(UInt64($0))) }
        }
        let things = "things"
        return [
            .createStore,
            .createCollection(things, configuration),
            .write(upserts(0..<60), collection: things),
            .write(upserts(60..<120) + long("first long text"), collection: things),
            .write(upserts(120..<200), collection: things),
            .seal(collection: things),
            .maintain(collection: things),
            .write(upserts(180..<240) + long("second long text"), collection: things),
            .write(deletes(0..<30) + upserts(240..<250), collection: things),
            .write(long("first long text"), collection: things),
            .seal(collection: things),
            .createCollection("others", CollectionConfiguration(dimension: 4, index: .exact)),
            .write(upserts(0..<20), collection: "others"),
            .maintain(collection: things),
            .write(upserts(250..<260), collection: things),
            .reopen,
            // Nothing of the second segment is left: the seal drops it.
            .write(
                deletes(180..<260) + [.delete("first long text"), .delete("second long text")],
                collection: things
            ),
            .seal(collection: things),
            .maintain(collection: things),
            .seal(collection: "others"),
            .write(upserts(300..<310), collection: things),
        ]
    }
}
