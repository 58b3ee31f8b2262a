import Quiver

extension Workload {
    /// The numbers of operations of which a store may hold just so many when its process or the power has gone.
    ///
    /// - Parameter acknowledged: operations that had returned.
    func allowedCounts(acknowledged: Int, hasLostPower: Bool) -> ClosedRange<Int> {
        let sure = hasLostPower ? sureCount(acknowledged: acknowledged) : acknowledged
        return sure...min(acknowledged + 1, operations.count)
    }

    /// The operations that no loss of power can undo: relaxed, the last transaction may go, and that alone.
    private func sureCount(acknowledged: Int) -> Int {
        guard durability == .relaxed else { return acknowledged }
        var count = acknowledged
        while count > 0 {
            let operation = operations[count - 1]
            switch operation {
            case .write, .writeTogether, .deleteMatching:
                if commits(at: count - 1) { return count - 1 }
            case .createStore, .createCollection, .adopt, .alter, .createSnapshot, .dropSnapshot:
                return count
            case .seal(let name):
                if isWrite(at: count - 2, to: name) { return count }
            case .compact(let task, let name):
                if task.patience == nil, isWrite(at: count - 2, to: name) { return count }
            case .maintain, .refuse, .reopen, .keepSnapshot, .readElsewhere: break
            }
            // It may have committed nothing, so that the last transaction is an earlier one's.
            count -= 1
        }
        return 0
    }

    /// Whether a write surely commits something.
    private func commits(at index: Int) -> Bool {
        guard index >= 0 else { return false }
        switch operations[index] {
        case .write(let changes, _): return changes.contains(where: \.surelyCommits)
        case .writeTogether(let parts):
            return parts.contains { $0.changes.contains(where: \.surelyCommits) }
        case .deleteMatching(_, let name):
            let before = models[index].collections[name]?.documents.count
            return models[index + 1].collections[name]?.documents.count != before
        default: return false
        }
    }

    /// Whether an operation surely leaves something in a collection's tail, which a seal then commits with a sync.
    private func isWrite(at index: Int, to name: String) -> Bool {
        guard commits(at: index) else { return false }
        switch operations[index] {
        case .write(_, name), .deleteMatching(_, name): return true
        case .writeTogether(let parts):
            return parts.contains {
                $0.collection == name && $0.changes.contains(where: \.surelyCommits)
            }
        default: return false
        }
    }

    /// For each number of operations, how many of them have changed what the model holds.
    var changeCounts: [Int] {
        var count = 0
        return [0]
            + operations.map { operation in
                switch operation {
                case .createStore, .createCollection, .write, .writeTogether, .deleteMatching,
                    .adopt, .alter, .createSnapshot, .dropSnapshot:
                    count += 1
                case .refuse, .seal, .maintain, .compact, .reopen, .keepSnapshot, .readElsewhere:
                    break
                }
                return count
            }
    }
}

extension Change {
    /// Deletes of what is not there do not.
    fileprivate var surelyCommits: Bool {
        if case .delete = self { false } else { true }
    }
}
