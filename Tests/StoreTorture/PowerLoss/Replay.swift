import CXXHash
import Glibc

/// `StoreTorture replay`: one of several workers that look at what may be left of a store when power is lost after each call of a
/// log. Each takes every so-manieth call, and leaves the number of the state that it looks at in a file, in case it dies of it.
struct Replay {
    let workload: Workload
    let log: CallLog
    let survivals: Survivals
    let ignoresSyncs: Bool
    /// Where trees are made.
    let folder: String

    /// Which part of the work, and which of its states.
    struct Share {
        let part: Int
        let partCount: Int
        /// Every so-manieth call of its part alone.
        let stride: Int
        /// Only after calls of these numbers, where one has a number.
        let calls: Range<Int>
        let states: Range<Int>
    }

    struct Outcome {
        var stateCount = 0
        var judgedCount = 0
        /// With the number of the state.
        var findings: [(state: Int, what: String)] = []
    }

    /// - Parameter beforeEach: told the number of each state, and of its call, before it is looked at.
    func run(_ share: Share, beforeEach: (_ state: Int, _ position: Int) -> Void) -> Outcome {
        var disk = Disk(ignoringSyncs: ignoresSyncs)
        var contents = FileContents()
        var outcome = Outcome()
        // What each tree was found to be, as the number of the model's changes.
        var known: [UInt64: Int] = [:]
        let changes = workload.changeCounts
        for (position, call) in log.calls.enumerated() {
            let before = disk.pending.count
            disk.apply(call)
            guard position % share.partCount == share.part,
                position / share.partCount % share.stride == 0,
                share.calls.contains(call.number) || call.kind == .mark
            else { continue }
            let next = position + 1 < log.calls.count ? log.calls[position + 1].kind : .sync
            let acknowledged = disk.acknowledged
            let allowed = workload.allowedCounts(acknowledged: acknowledged, hasLostPower: true)
            survivals.forEach(
                of: disk,
                isNewest: disk.pending.count > before,
                endsEpoch: next == .sync || call.isDurable,
                position: position
            ) { survival in
                let state = outcome.stateCount
                outcome.stateCount += 1
                guard share.states.contains(state) else { return }
                let tree = SurvivingTree(disk, survival, &contents)
                if let found = known[tree.hash], allowed.contains(where: { changes[$0] == found }) {
                    return
                }
                outcome.judgedCount += 1
                beforeEach(state, position)
                switch judge(tree, disk, survival, state: state) {
                case .holds(let count): known[tree.hash] = changes[count]
                case .finding(let what):
                    let place = "power lost after call \(position + 1), \(call.kind) \(call.path)"
                    outcome.findings.append((state, "\(place), \(survival.words): \(what)"))
                }
            }
            if outcome.findings.count >= 20 { return outcome }
        }
        return outcome
    }

    private func judge(
        _ tree: SurvivingTree,
        _ disk: Disk,
        _ survival: Survival,
        state: Int
    ) -> Judge.Verdict {
        let root = "\(folder)/tree"
        mkdir(root, 0o700)
        defer { Scratch.removeAll(root) }
        for path in tree.folders { mkdir("\(root)/\(path)", 0o700) }
        for (path, file) in tree.files {
            place(file, at: "\(root)/\(path)", isWhole: survival.isWhole(file.node, on: disk)) {
                FileContents.bytes(of: file.node, on: disk, survival)
            }
        }
        let judge = Judge(
            path: "\(root)/store",
            workload: workload,
            acknowledged: disk.acknowledged,
            hasLostPower: true
        )
        let verdict = judge.verdict()
        // Going on takes many times as long as looking. Not an even number: every other state has lengths kept.
        if case .holds(let count) = verdict, state % 23 == 0, let what = judge.goOn(from: count) {
            return .finding(what)
        }
        return verdict
    }

    /// Makes a file. Those that a store never changes in place are links to one of the same contents, which is kept if it
    /// is whole: it will be wanted again.
    private func place(
        _ file: SurvivingTree.File,
        at path: String,
        isWhole: Bool,
        _ bytes: () -> [UInt8]
    ) {
        let isChangedInPlace = [".mdb", "-unfinished", "-shrinking"].contains {
            path.hasSuffix($0)
        }
        guard isWhole, !isChangedInPlace else { return write(bytes(), to: path) }
        let pooled = "\(folder)/pool/\(file.hash)"
        if link(pooled, path) == 0 { return }
        mkdir("\(folder)/pool", 0o700)
        write(bytes(), to: pooled)
        guard link(pooled, path) == 0 else { stop("cannot link \(path)") }
    }

    private func write(_ bytes: [UInt8], to path: String) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        guard descriptor >= 0, Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
            stop("cannot write \(path)")
        }
        close(descriptor)
    }
}

extension Survival {
    /// Whether nothing of a file was lost.
    func isWhole(_ node: Disk.Node, on disk: Disk) -> Bool {
        tear == nil
            && zip(disk.pending, kept).allSatisfy { change, isKept in
                switch change {
                case .bytes(node, _, _), .length(node, _): isKept
                default: true
                }
            }
    }

    /// For a person.
    var words: String {
        let lost = kept.indices.filter { !kept[$0] }
        var words = "\(kept.count) pending, lost \(lost.map { $0 + 1 })"
        if let tear { words += ", of the last write kept bytes \(tear)" }
        if hasGrown { words += ", lengths kept" }
        return words
    }
}
