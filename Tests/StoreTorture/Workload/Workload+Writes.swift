import Quiver
import TestSupport

extension Workload {
    /// The life of documents from write to index, on as few of them as show it.
    static func writes(seed: UInt64) -> [Operation] {
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
            let text = Model.Collection.longText("\(name) of write \(step). ")
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
