import ArgumentParser

/// A share of work as it is typed: `0/4` is the first of four.
struct ShardArgument: ExpressibleByArgument {
    var number: Int
    var count: Int

    init?(argument: String) {
        let parts = argument.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.allSatisfy { 0x30...0x39 ~= $0 } }),
            let number = Int(parts[0]), let count = Int(parts[1]), number < count
        else { return nil }
        self.number = number
        self.count = count
    }
}
