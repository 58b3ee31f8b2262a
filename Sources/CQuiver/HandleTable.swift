import CQuiverABI
import Quiver
import Synchronization

/// What a handle stands for.
enum Resource {
    case store(Store)
    case collection(Collection)
    /// A collection as a named snapshot has it.
    case snapshot(Snapshot)
    case encoder(EncoderAnswer)
    case encoded(EncodedAnswer)
    case results(SearchAnswer)
    case documents(DocumentsAnswer)
    case ranges(RangesAnswer)
    case owners(OwnersAnswer)
    case names(NamesAnswer)
    case schema(SchemaAnswer)
    case tuning(TuningAnswer)
    case clustering(ClusteringAnswer)
}

/// The live handles of the process.
///
/// A handle is a slot number and the slot's generation, which changes whenever the slot is emptied, so that a
/// freed handle never names what took its place. Generations begin at random: a handle of another process, or
/// a made-up number, is refused as well as one can. A slot that has gone through every generation is retired.
final class HandleTable: Sendable {
    static let shared = HandleTable()

    private struct Slot {
        var generation: UInt32
        var resource: Resource?
        /// Of a collection, once it was searched or encoded for. No payload of `resource`: such a pointer holds the case as well, so
        /// that a leak checker would not see it.
        var held: HeldByCollection?
    }

    private struct State {
        var slots: [Slot] = []
        var free: [Int] = []
    }

    private let state = Mutex(State())

    /// Keeps `resource`, a collection perhaps with what it holds, and returns its handle, which is never 0.
    func insert(
        _ resource: Resource,
        held: HeldByCollection? = nil
    ) throws(CallFailure) -> UInt64 {
        let handle = state.withLock { state -> UInt64? in
            if let index = state.free.popLast() {
                state.slots[index].resource = resource
                state.slots[index].held = held
                return Self.handle(index, state.slots[index].generation)
            }
            guard state.slots.count < Int(UInt32.max) - 1 else { return nil }
            let generation = UInt32.random(in: 1...UInt32.max / 2)
            state.slots.append(
                Slot(generation: generation, resource: resource, held: held)
            )
            return Self.handle(state.slots.count - 1, generation)
        }
        guard let handle else {
            throw CallFailure(status: QV_ERROR_HANDLE, message: "too many handles are open")
        }
        return handle
    }

    /// What `handle` stands for, if `kind` picks it.
    func find<Value>(
        _ handle: UInt64,
        _ name: StaticString,
        _ kind: (Resource) -> Value?
    ) throws(CallFailure) -> Value {
        let value = state.withLock { state -> Value? in
            guard let index = Self.index(of: handle, in: state),
                let resource = state.slots[index].resource
            else { return nil }
            return kind(resource)
        }
        guard let value else { throw Self.stale(handle, name) }
        return value
    }

    /// Empties the slot of `handle`, if `kind` picks what is in it, and returns that.
    func remove<Value>(
        _ handle: UInt64,
        _ name: StaticString,
        _ kind: (Resource) -> Value?
    ) throws(CallFailure) -> Value {
        // The resource leaves the lock alive: what it takes down with it can be long. So does what it holds.
        let removed = state.withLock { state -> (value: Value, held: HeldByCollection?)? in
            guard let index = Self.index(of: handle, in: state),
                let resource = state.slots[index].resource,
                let value = kind(resource)
            else { return nil }
            let held = state.slots[index].held
            state.slots[index].resource = nil
            state.slots[index].held = nil
            if state.slots[index].generation < UInt32.max {
                state.slots[index].generation += 1
                state.free.append(index)
            }
            return (value, held)
        }
        guard let removed else { throw Self.stale(handle, name) }
        return removed.value
    }

    /// The collection that a handle stands for, and what it holds.
    func searchable(_ handle: UInt64) throws(CallFailure) -> Searchable {
        let found = state.withLock { state -> Searchable? in
            guard let index = Self.index(of: handle, in: state),
                let readable = state.slots[index].resource?.readable
            else { return nil }
            let held = state.slots[index].held ?? HeldByCollection()
            state.slots[index].held = held
            return Searchable(readable: readable, held: held)
        }
        guard let found else { throw Self.stale(handle, "collection") }
        return found
    }

    private static func handle(_ index: Int, _ generation: UInt32) -> UInt64 {
        UInt64(generation) << 32 | UInt64(index + 1)
    }

    private static func index(of handle: UInt64, in state: borrowing State) -> Int? {
        let index = Int(handle & 0xFFFF_FFFF) - 1
        guard state.slots.indices.contains(index),
            state.slots[index].generation == UInt32(handle >> 32)
        else { return nil }
        return index
    }

    private static func stale(_ handle: UInt64, _ name: StaticString) -> CallFailure {
        CallFailure(
            status: QV_ERROR_HANDLE,
            message:
                "\(handle) is no handle of a live \(name): it was closed, is of another kind or never was one"
        )
    }
}

/// What a `qv_collection` stands for.
enum Readable {
    case live(Collection)
    case fixed(Snapshot)

    /// What is to be read.
    func snapshot() throws(CallFailure) -> Snapshot {
        switch self {
        case .live(let collection):
            try engine { () throws(StoreError) in try collection.snapshot() }
        case .fixed(let snapshot): snapshot
        }
    }
}

/// What a `qv_collection` stands for, and what it holds.
struct Searchable {
    let readable: Readable
    let held: HeldByCollection
}

/// What is kept as long as a collection's handle is open.
final class HeldByCollection: Sendable {
    let encoders = HeldEncoders()
    let requests = KnownRequests()
}

extension HandleTable {
    /// The collection that a handle stands for, to be written to.
    func writable(_ handle: UInt64) throws(CallFailure) -> Collection {
        switch try find(handle, "collection", \.readable) {
        case .live(let collection): return collection
        case .fixed(let snapshot):
            throw CallFailure(
                status: QV_ERROR_READ_ONLY,
                message: "\"\(snapshot.collectionName)\" was opened as a named snapshot has it"
            )
        }
    }
}

extension Resource {
    var store: Store? { if case .store(let store) = self { store } else { nil } }
    var readable: Readable? {
        switch self {
        case .collection(let collection): .live(collection)
        case .snapshot(let snapshot): .fixed(snapshot)
        default: nil
        }
    }
    var encoder: EncoderAnswer? { if case .encoder(let encoder) = self { encoder } else { nil } }
    var encoded: EncodedAnswer? { if case .encoded(let encoded) = self { encoded } else { nil } }
    var results: SearchAnswer? { if case .results(let results) = self { results } else { nil } }
    var documents: DocumentsAnswer? {
        if case .documents(let documents) = self { documents } else { nil }
    }
    var names: NamesAnswer? { if case .names(let names) = self { names } else { nil } }
    var schema: SchemaAnswer? { if case .schema(let schema) = self { schema } else { nil } }
    var tuning: TuningAnswer? { if case .tuning(let tuning) = self { tuning } else { nil } }
    var clustering: ClusteringAnswer? {
        if case .clustering(let clustering) = self { clustering } else { nil }
    }
    var owners: OwnersAnswer? { if case .owners(let owners) = self { owners } else { nil } }
    var ranges: RangesAnswer? { if case .ranges(let ranges) = self { ranges } else { nil } }
}
