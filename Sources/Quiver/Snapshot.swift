import Indexes
import Synchronization

/// An unchanging view of a collection: the documents of one commit and those before it.
///
/// A snapshot holds no LMDB transaction, no lock and no descriptor: it has the tail in memory and the segments
/// mapped. It never blocks the writer and is never blocked by it, however long it is kept. What it keeps is
/// the memory of its part of the tail, and the disk space of segments that have been retired since.
public final class Snapshot: Sendable {
    let process: ProcessMark
    let recall: RecallKnowledge
    let scratch = SearchScratch()
    let searchedDeadRows = SearchedDeadRows()
    let view: CollectionView
    private let knownStorageOrder = Mutex<StorageOrder?>(nil)
    let knownNumbering = Mutex<DocumentNumbering?>(nil)
    private let knownConfiguration = Mutex<CollectionConfiguration?>(nil)
    private let knownInvertedUnits = Mutex<InvertedUnits?>(nil)
    private let knownCalibrations = Mutex<[UInt32: MeasuredField]>([:])
    let selections = KnownSelections()

    init(core: StoreCore, view: CollectionView) {
        process = core.process
        recall = core.recall
        self.view = view
    }

    /// The live documents by their place in storage. Made by the first call.
    var storageOrder: StorageOrder {
        knownStorageOrder.withLock { known in
            if let known { return known }
            let order = StorageOrder(view)
            known = order
            return order
        }
    }

    /// What has been measured of a vector field's indexes, which may be others than those of this snapshot. Read by the first call, and
    /// once a second as long as it is of others.
    func measured(_ field: UInt32) -> MeasuredField {
        knownCalibrations.withLock { known in
            if let measured = known[field], measured.isCurrent || measured.age < .seconds(1) {
                return measured
            }
            let id = RecallKnowledge.FieldID(collection: view.collectionID, field: field)
            let measured = MeasuredField(RecallFile.read(recall.path(id)), field, in: view)
            known[field] = measured
            return measured
        }
    }

    /// Takes what has been measured since.
    func take(_ calibration: RecallCalibration, of field: UInt32) {
        let measured = MeasuredField(calibration, field, in: view)
        knownCalibrations.withLock { $0[field] = measured }
    }

    /// Everything that is searched by its words or sparse vectors. Made by the first call.
    func invertedUnits() throws(StoreError) -> InvertedUnits {
        try knownInvertedUnits.withLock { (known) throws(StoreError) in
            if let known { return known }
            let units = try InvertedUnits(view)
            known = units
            return units
        }
    }

    /// The number of the last commit that the snapshot sees.
    public var commit: UInt64 { view.state.commit }

    /// The number of documents that a search can find.
    public var liveCount: Int { view.liveCount }

    /// The collection's name as it was then.
    public var collectionName: String { view.record.name }

    /// The encoder whose vectors a field holds, if it is bound to one.
    ///
    /// - Parameter vectorField: `nil` stands for the only vector field.
    /// - Throws: `unknownVectorField`, `ambiguousVectorField`.
    public func encoder(of vectorField: String? = nil) throws(StoreError) -> RememberedEncoder? {
        try view.vectorField(orOnly: vectorField).encoder
    }

    /// The schema as it was then.
    public var configuration: CollectionConfiguration {
        knownConfiguration.withLock { known in
            if let known { return known }
            let configuration = view.record.configuration
            known = configuration
            return configuration
        }
    }
}
