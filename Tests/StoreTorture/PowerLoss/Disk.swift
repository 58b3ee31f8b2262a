/// What a file system has for sure, and what it may still lose, after the calls of a log.
///
/// The model is the weakest that POSIX and the file systems of Linux leave room for. A file's bytes are sure when the file
/// has been synced, or were written through a descriptor that syncs (`O_DSYNC`); a name is sure when its folder has
/// been. Everything else may be kept or lost by itself, whatever was done after it: each write, each change of length, each name.
/// Where a lost write lies inside a file that has grown, zeros are read. A rename is all or nothing, and sure
/// when the folder of the new name is; until the other has been synced after that, the old name may come back beside it.
///
/// When a file's sync has failed, what was pending of it never becomes sure by a later one: the kernel takes its pages for written.
/// Only writing the bytes again helps.
///
/// Lock files are left out: nobody holds them after a reboot, and what is in them is not read.
struct Disk {
    /// A file or a folder.
    typealias Node = Int

    /// Something that may be kept or lost.
    enum Change {
        case bytes(Node, offset: Int, [UInt8])
        case length(Node, Int)
        /// A name in a folder; `nil` removes it.
        case name(Name, Node?)
        case rename(Node, from: Name, to: Name)
    }

    struct Name: Hashable {
        let folder: Node
        let text: String
    }

    /// What is sure: the bytes of each file, and the names in each folder.
    private(set) var files: [Node: [UInt8]] = [:]
    private(set) var names: [Node: [String: Node]] = [Disk.root: [:]]
    /// What is not, in the order in which it was done.
    private(set) var pending: [Change] = []
    private var changes: [(change: Change, isForsaken: Bool)] = [] {
        didSet { pending = changes.map(\.change) }
    }
    /// Goes up with every change of a file's sure bytes.
    private(set) var versions: [Node: Int] = [:]
    /// The operations that have been acknowledged.
    private(set) var acknowledged = 0

    static let root: Node = 0
    /// What a process would see now.
    private var current: [Node: [String: Node]] = [Disk.root: [:]]
    private var nodes: [UInt64: Node] = [:]
    private var lastNode = Disk.root
    /// A write that will be sure when its call has returned.
    private var syncedWrite: RecordedCall?
    /// A disk that does not do what it says, to see that it is noticed.
    private let ignoresSyncs: Bool

    init(ignoringSyncs: Bool = false) {
        ignoresSyncs = ignoringSyncs
    }

    func isFolder(_ node: Node) -> Bool { names[node] != nil }

    /// What a call did, as it is when the call has just not returned.
    mutating func apply(_ call: RecordedCall) {
        if let write = syncedWrite { settleBytes(under: write) }
        syncedWrite = nil
        if call.kind == .mark { acknowledged = call.offset }
        guard !call.path.hasSuffix("lock") else { return }
        if call.hasFailed { return failed(call) }
        switch call.kind {
        case .open, .map, .lock, .mark: break
        case .create:
            if call.isNew { make(call, isFolder: false) }
            if !call.isNew, call.offset == 0, let node = node(at: call.path) {
                append(.length(node, 0))
            }
        case .mkdir: make(call, isFolder: true)
        case .write:
            guard let node = nodes[call.inode] else { return }
            append(.bytes(node, offset: call.offset, call.bytes))
            if call.isDurable, !ignoresSyncs { syncedWrite = call }
        case .truncate, .allocate:
            guard let node = nodes[call.inode] else { return }
            append(.length(node, call.offset))
        case .sync:
            let node = call.path.isEmpty ? Disk.root : nodes[call.inode] ?? node(at: call.path)
            guard let node, !ignoresSyncs else { return }
            if isFolder(node) { settleNames(in: node) } else { settleBytes(of: node) }
        case .unlink, .rmdir:
            guard let name = name(at: call.path) else { return }
            current[name.folder]?[name.text] = nil
            append(.name(name, nil))
        case .link:
            guard let node = node(at: call.path), let name = name(at: call.other) else { return }
            current[name.folder]?[name.text] = node
            append(.name(name, node))
        case .rename:
            guard let node = node(at: call.path), let from = name(at: call.path),
                let to = name(at: call.other)
            else { return }
            current[from.folder]?[from.text] = nil
            current[to.folder]?[to.text] = node
            append(.rename(node, from: from, to: to))
        }
    }

    private mutating func failed(_ call: RecordedCall) {
        guard call.kind == .sync, let node = nodes[call.inode], !isFolder(node) else { return }
        for index in changes.indices {
            switch changes[index].change {
            case .bytes(node, _, _), .length(node, _): changes[index].isForsaken = true
            default: break
            }
        }
    }

    private mutating func append(_ change: Change) {
        changes.append((change, false))
    }

    private mutating func make(_ call: RecordedCall, isFolder: Bool) {
        guard let name = name(at: call.path) else { return }
        lastNode += 1
        let node = lastNode
        nodes[call.inode] = node
        if isFolder {
            names[node] = [:]
            current[node] = [:]
        } else {
            files[node] = []
        }
        current[name.folder]?[name.text] = node
        append(.name(name, node))
    }

    private func node(at path: String) -> Node? {
        path.split(separator: "/").reduce(Disk.root as Node?) { folder, text in
            folder.flatMap { current[$0]?[String(text)] }
        }
    }

    private func name(at path: String) -> Name? {
        let parts = path.split(separator: "/")
        guard let last = parts.last else { return nil }
        return node(at: parts.dropLast().joined(separator: "/")).map {
            Name(folder: $0, text: String(last))
        }
    }

    private mutating func settleBytes(of node: Node) {
        settle { change in
            switch change {
            case .bytes(let file, _, _), .length(let file, _): file == node
            case .name, .rename: false
            }
        }
    }

    private mutating func settleBytes(under write: RecordedCall) {
        guard let node = nodes[write.inode] else { return }
        settle { change in
            guard case .bytes(node, let offset, let bytes) = change else { return false }
            return offset < write.offset + write.bytes.count && write.offset < offset + bytes.count
        }
    }

    private mutating func settleNames(in folder: Node) {
        // Of a rename into the folder only the new name becomes sure: the old one may come back.
        changes = changes.flatMap { pending -> [(change: Change, isForsaken: Bool)] in
            guard case .rename(let node, let from, let to) = pending.change, to.folder == folder,
                from.folder != folder
            else { return [pending] }
            return [(.name(to, node), false), (.name(from, nil), false)]
        }
        settle { change in
            switch change {
            case .name(let name, _): name.folder == folder
            // A sync of the old folder alone says nothing of the new name.
            case .rename(_, _, let to): to.folder == folder
            case .bytes, .length: false
            }
        }
    }

    /// Makes the changes sure that `isSure` picks, and what was done before at the same place without effect.
    private mutating func settle(_ isSure: (Change) -> Bool) {
        var left: [(change: Change, isForsaken: Bool)] = []
        for pending in changes {
            guard isSure(pending.change), !pending.isForsaken else {
                left.append(pending)
                continue
            }
            left = left.flatMap { earlier in
                earlier.change.without(pending.change).map { ($0, earlier.isForsaken) }
            }
            keep(pending.change)
        }
        changes = left
    }

    private mutating func keep(_ change: Change) {
        switch change {
        case .bytes(let node, let offset, let bytes):
            files[node, default: []].write(bytes[...], at: offset)
            versions[node, default: 0] += 1
        case .length(let node, let length):
            files[node, default: []].setLength(length)
            versions[node, default: 0] += 1
        case .name(let name, let node): names[name.folder]?[name.text] = node
        case .rename(let node, let from, let to):
            names[from.folder]?[from.text] = nil
            names[to.folder]?[to.text] = node
        }
    }
}

extension Disk.Change {
    /// What is left of a change after a later one at the same place.
    fileprivate func without(_ later: Disk.Change) -> [Disk.Change] {
        switch (self, later) {
        case (.name(let name, _), .name(let other, _)) where name == other: return []
        case (.name(let name, _), .rename(_, _, let to)) where name == to: return []
        case (.bytes(let node, let offset, let bytes), .bytes(let other, let from, let written))
        where node == other:
            let end = offset + bytes.count
            let to = from + written.count
            guard from < end, offset < to else { return [self] }
            var rest: [Disk.Change] = []
            if offset < from {
                rest.append(.bytes(node, offset: offset, Array(bytes[..<(from - offset)])))
            }
            if to < end { rest.append(.bytes(node, offset: to, Array(bytes[(to - offset)...]))) }
            return rest
        default: return [self]
        }
    }
}

extension [UInt8] {
    /// Writes `bytes` at `offset`; zeros fill what is before them past the end.
    mutating func write(_ bytes: ArraySlice<UInt8>, at offset: Int) {
        let end = offset + bytes.count
        if end > count { append(contentsOf: repeatElement(0, count: end - count)) }
        withUnsafeMutableBytes { target in
            bytes.withUnsafeBytes { target[offset..<end].copyBytes(from: $0) }
        }
    }

    mutating func setLength(_ length: Int) {
        if length < count { removeLast(count - length) }
        if length > count { append(contentsOf: repeatElement(0, count: length - count)) }
    }
}
