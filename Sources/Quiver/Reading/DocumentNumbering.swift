import Synchronization

/// The live documents of a snapshot by number: 0…N−1 in the order of their keys.
///
/// Made once for a snapshot, by merging its segments and its tail; then 8 bytes a document, or none where the snapshot is one
/// segment without dead documents.
public final class DocumentNumbering: Sendable {
    /// The number of documents.
    public let count: Int
    /// 32 hexadecimal digits that tell this list of documents in these versions from every other. Two snapshots with the same
    /// fingerprint number the same documents in the same way, whatever their segments are.
    public let fingerprint: String

    /// `nil` where a document's number is its ordinal in the only segment.
    private let places: [PackedLocation]?
    private let view: CollectionView

    init(_ view: CollectionView) throws(StoreError) {
        self.view = view
        var hash = SequenceHash()
        var places: [PackedLocation] = []
        let isPlain =
            view.tail.isEmpty && view.segments.count == 1 && view.segments[0].dead.count == 0
        if !isPlain { places.reserveCapacity(view.liveCount) }
        var order = try KeyOrder(view)
        var count = 0
        while let location = try order.next() {
            let version = try view.version(at: location)
            try view.withEncodedKey(at: location) { hash.append($0, version) }
            if !isPlain { places.append(PackedLocation(location)) }
            count += 1
        }
        self.count = count
        self.places = isPlain ? nil : places
        fingerprint = hash.hexadecimal
    }

    /// The key of a document.
    ///
    /// - Throws: `noSuchDocument` outside of 0..<count; `damaged`, `file`.
    public func key(of number: Int) throws(StoreError) -> Key {
        try view.key(at: try location(of: number))
    }

    /// The number of the document of `key`; `nil` if there is none. A binary search.
    public func number(of key: Key) throws(StoreError) -> Int? {
        let key = try EncodedKey(key)
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            let order = try view.withEncodedKey(at: try location(of: middle)) {
                (found) throws(StoreError) in
                key.bytes.withUnsafeBytes { compareKeys(found, $0) }
            }
            if order == 0 { return middle }
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        return nil
    }

    func location(of number: Int) throws(StoreError) -> CollectionView.Location {
        guard (0..<count).contains(number) else {
            throw .noSuchDocument(number: number, count: count)
        }
        return places?[number].location ?? .segment(0, ordinal: number)
    }
}

/// A location in eight bytes.
struct PackedLocation: Sendable, Hashable {
    private var place: UInt32
    private let ordinal: UInt32

    private static let tailBit: UInt32 = 1 << 31

    init(_ location: CollectionView.Location) {
        switch location {
        case .segment(let place, let ordinal):
            self.place = UInt32(place)
            self.ordinal = UInt32(ordinal)
        case .tail(let place, let ordinal):
            self.place = UInt32(place) | Self.tailBit
            self.ordinal = UInt32(ordinal)
        }
    }

    /// The document of the tail as many commits further on.
    func moved(by commitCount: Int) -> PackedLocation {
        var moved = self
        moved.place += UInt32(commitCount)
        return moved
    }

    var location: CollectionView.Location {
        place & Self.tailBit == 0
            ? .segment(Int(place), ordinal: Int(ordinal))
            : .tail(Int(place & ~Self.tailBit), ordinal: Int(ordinal))
    }
}

/// A hash of a sequence of keys and versions, in 128 bits.
private struct SequenceHash {
    private var halves: (UInt64, UInt64) = (0x5155_4956, 0x4552_4E55)
    private var buffer: [UInt8] = []

    private static let blockByteCount = 1 << 16

    mutating func append(_ key: UnsafeRawBufferPointer, _ version: UInt64) {
        withUnsafeBytes(of: UInt64(key.count).littleEndian) { buffer.append(contentsOf: $0) }
        buffer.append(contentsOf: key)
        withUnsafeBytes(of: version.littleEndian) { buffer.append(contentsOf: $0) }
        if buffer.count >= Self.blockByteCount { flush() }
    }

    var hexadecimal: String {
        var copy = self
        copy.flush()
        return [copy.halves.0, copy.halves.1].map { half in
            let digits = String(half, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    private mutating func flush() {
        let (first, second) = halves
        halves = buffer.withUnsafeBytes { bytes in
            (checksum(bytes, seed: first), checksum(bytes, seed: ~second))
        }
        buffer.removeAll(keepingCapacity: true)
    }
}

extension Snapshot {
    /// The live documents by number. Made by the first call, then kept with the snapshot.
    ///
    /// - Throws: `damaged`, `usedAfterFork`, `file`.
    public func numbering() throws(StoreError) -> DocumentNumbering {
        try process.require()
        return try knownNumbering.withLock { (known) throws(StoreError) in
            if let known { return known }
            let numbering = try DocumentNumbering(view)
            known = numbering
            return numbering
        }
    }
}
