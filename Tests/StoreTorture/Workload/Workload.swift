import Quiver
import TestSupport

/// A sequence of operations that is the same each time it is asked for, and what the model is after each.
///
/// Its name is that of a script with a seed, `writes:SEED` or `upkeep:SEED`, or `random:SEED:COUNT`; with `relaxed-` before it, the store's
/// durability is relaxed.
struct Workload: Sendable {
    let name: String
    let durability: Durability
    let isRandom: Bool
    let operations: [Operation]
    /// `models[n]` is what holds after `n` operations.
    let models: [Model]

    init?(_ name: String) {
        let isRelaxed = name.hasPrefix(Self.relaxedPrefix)
        let words = name.dropFirst(isRelaxed ? Self.relaxedPrefix.count : 0).split(separator: ":")
        guard words.count >= 2, let seed = UInt64(words[1]) else { return nil }
        switch (words[0], words.count) {
        case ("writes", 2): operations = Self.writes(seed: seed)
        case ("upkeep", 2): operations = Self.upkeep(seed: seed)
        case ("random", 3):
            guard let count = Int(words[2]), count > 0 else { return nil }
            operations = Self.random(seed: seed, count: count)
        default: return nil
        }
        var models = [Model()]
        for operation in operations {
            var model = models[models.count - 1]
            model.apply(operation)
            models.append(model)
        }
        self.models = models
        self.name = name
        durability = isRelaxed ? .relaxed : .full
        isRandom = words[0] == "random"
    }

    /// The name of a random workload; every second seed's is relaxed.
    static func random(seed: UInt64, count: Int) -> String {
        "\(seed % 2 == 1 ? relaxedPrefix : "")random:\(seed):\(count)"
    }

    private static let relaxedPrefix = "relaxed-"

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
}
