import CXXHash

/// Which of a disk's pending changes have survived.
struct Survival {
    /// For each pending change, whether it was kept.
    var kept: [Bool]
    /// Bytes of the last change, a write, that were kept; all of them if `nil`.
    var tear: Range<Int>?
    /// Whether files have the length that lost writes would have given them.
    var hasGrown = false
}

/// The files that a disk holds after a loss of power, each by its contents' hash.
struct SurvivingTree {
    struct File {
        let node: Disk.Node
        let hash: UInt64
    }

    /// Below the root, folders before what is in them.
    private(set) var folders: [String] = []
    private(set) var files: [(path: String, file: File)] = []
    /// Of names and contents.
    private(set) var hash: UInt64 = 0

    init(_ disk: Disk, _ survival: Survival, _ contents: inout FileContents) {
        var names = disk.names
        for (index, change) in disk.pending.enumerated() where survival.kept[index] {
            switch change {
            case .bytes, .length: break
            case .name(let name, let node): names[name.folder]?[name.text] = node
            case .rename(let node, let from, let to):
                names[from.folder]?[from.text] = nil
                names[to.folder]?[to.text] = node
            }
        }
        collect(Disk.root, "", names, disk, survival, &contents)
    }

    private mutating func collect(
        _ folder: Disk.Node,
        _ prefix: String,
        _ names: [Disk.Node: [String: Disk.Node]],
        _ disk: Disk,
        _ survival: Survival,
        _ contents: inout FileContents
    ) {
        for (text, node) in (names[folder] ?? [:]).sorted(by: { $0.key < $1.key }) {
            let path = prefix.isEmpty ? text : "\(prefix)/\(text)"
            hash = combine(hash, path)
            if disk.isFolder(node) {
                folders.append(path)
                collect(node, path, names, disk, survival, &contents)
            } else {
                let file = File(node: node, hash: contents.hash(of: node, on: disk, survival))
                hash = hash &* 0x9E37_79B9_7F4A_7C15 ^ file.hash
                files.append((path, file))
            }
        }
    }

    private func combine(_ hash: UInt64, _ text: String) -> UInt64 {
        var text = text
        return text.withUTF8 { XXH3_64bits_withSeed($0.baseAddress, $0.count, hash) }
    }
}

/// The bytes of files after a loss of power, and their hashes, which are kept.
struct FileContents {
    private struct Key: Hashable {
        let node: Disk.Node
        let version: Int
        /// The pending changes of this file, by their places, that were kept.
        let kept: [Int]
        let pendingCount: Int
        let tear: Range<Int>?
        let hasGrown: Bool
    }

    private var hashes: [Key: UInt64] = [:]

    mutating func hash(of node: Disk.Node, on disk: Disk, _ survival: Survival) -> UInt64 {
        var kept: [Int] = []
        var pendingCount = 0
        var isTorn = false
        for (index, change) in disk.pending.enumerated() {
            switch change {
            case .bytes(node, _, _), .length(node, _):
                if survival.kept[index] { kept.append(pendingCount) }
                pendingCount += 1
                isTorn = index == disk.pending.count - 1 && survival.tear != nil
            default: break
            }
        }
        let key = Key(
            node: node,
            version: disk.versions[node] ?? 0,
            kept: kept,
            pendingCount: survival.hasGrown ? pendingCount : 0,
            tear: isTorn ? survival.tear : nil,
            hasGrown: survival.hasGrown && kept.count < pendingCount
        )
        if let known = hashes[key] { return known }
        // Most belong to writes that have long been synced.
        if hashes.count > 100_000 { hashes = [:] }
        let hash = Self.bytes(of: node, on: disk, survival).withUnsafeBytes {
            XXH3_64bits($0.baseAddress, $0.count)
        }
        hashes[key] = hash
        return hash
    }

    /// What would be read from the file.
    static func bytes(of node: Disk.Node, on disk: Disk, _ survival: Survival) -> [UInt8] {
        var bytes = disk.files[node] ?? []
        for (index, change) in disk.pending.enumerated() {
            let isKept = survival.kept[index]
            switch change {
            case .bytes(node, let offset, let written):
                let tear = index == disk.pending.count - 1 ? survival.tear : nil
                if isKept {
                    let part = tear ?? written.indices
                    bytes.write(written[part], at: offset + part.lowerBound)
                }
                if survival.hasGrown, bytes.count < offset + written.count {
                    bytes.setLength(offset + written.count)
                }
            case .length(node, let length):
                if isKept || (survival.hasGrown && bytes.count < length) { bytes.setLength(length) }
            default: break
            }
        }
        return bytes
    }
}
