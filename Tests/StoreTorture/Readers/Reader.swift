import Quiver
import TestSupport

/// `StoreTorture reader PATH SEED SECONDS`: looks at one snapshot after the other, and keeps some.
func lookAtGenerations(path: String, seed: UInt64, seconds: Int) throws(StoreError) {
    let deadline = ContinuousClock.now + .seconds(seconds)
    var random = SplitMix64(seed: seed)
    var store = try Store.open(at: path, access: .readOnly)
    var collection = try store.collection(Generation.collection)
    var kept: [(snapshot: Snapshot, number: Int)] = []
    var last = (commit: UInt64(0), number: 0)
    var count = 0
    while ContinuousClock.now < deadline {
        let snapshot = try collection.snapshot()
        switch try Generation.read(snapshot) {
        case .failure(let torn): stop("a torn view: \(torn.what)")
        case .success(let generation):
            guard snapshot.commit >= last.commit, generation.number >= last.number else {
                stop("batch \(generation.number) after batch \(last.number)")
            }
            last = (snapshot.commit, generation.number)
        }
        count += 1
        switch Int.random(in: 0..<200, using: &random) {
        case 0..<10 where kept.count < 5: kept.append((snapshot, last.number))
        case 0..<40:
            guard let index = kept.indices.randomElement(using: &random) else { continue }
            guard case .success(let generation) = try Generation.read(kept[index].snapshot),
                generation.number == kept[index].number
            else { stop("a kept snapshot of batch \(kept[index].number) has changed") }
            if Bool.random(using: &random) { kept.remove(at: index) }
        case 199:
            store.close()
            store = try Store.open(at: path, access: .readOnly)
            collection = try store.collection(Generation.collection)
        default: break
        }
    }
    say("views \(count)")
}

/// `StoreTorture writer PATH SEED`: writes batches, seals, maintains, compacts and reopens until it is killed.
func writeGenerations(path: String, seed: UInt64) throws(StoreError) {
    var options = Store.Options()
    options.tailByteCount = 100_000
    var random = SplitMix64(seed: seed)
    var store = try Store.open(at: path, options: options)
    var collection = try store.collection(Generation.collection)
    var number = 0
    if try collection.statistics().liveCount > 0 {
        switch try Generation.read(try collection.snapshot()) {
        case .success(let generation): number = generation.number
        case .failure(let torn): stop("the writer opens a torn store: \(torn.what)")
        }
    }
    while true {
        number += 1
        try collection.write(Generation(number: number).batch)
        switch Int.random(in: 0..<60, using: &random) {
        case 0..<4: try collection.seal()
        case 4..<8: try collection.maintain()
        case 9..<12:
            try collection.compact(CompactionOptions(maximumSegmentDocumentCount: 20))
        case 8:
            store.close()
            store = try Store.open(at: path, options: options)
            collection = try store.collection(Generation.collection)
        default: break
        }
    }
}
