// The contract of these functions is include/quiver.h, and is written there alone.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import CQuiverABI
import Quiver

@c @implementation
public func qv_create_collection(
    _ store: qv_store,
    _ name: UnsafePointer<CChar>?,
    _ options: UnsafePointer<qv_collection_options>?,
    _ collection: UnsafeMutablePointer<qv_collection>?
) -> qv_status {
    call { () throws(CallFailure) in
        let store = try HandleTable.shared.find(store, "store", \.store)
        let name = try Arguments.string(name, "name")
        let output = try Arguments.output(collection, "collection")
        guard let options else { throw .argument("options is NULL") }
        let settings = try qv_collection_options(reading: options, "options")
        let encoder =
            settings.encoder == 0
            ? nil : try HandleTable.shared.find(settings.encoder, "encoder", \.encoder).opened
        let configuration = try CollectionConfiguration(settings, encoder)
        let trained = try TrainedIndex.indexes(settings)
        let created = try engine { () throws(StoreError) in
            try store.createCollection(
                name,
                configuration,
                encoders: encoder.map { [VectorField.unnamed: $0.remembered] } ?? [:],
                trained: trained
            )
        }
        let held = encoder.map { encoder in
            let held = HeldByCollection()
            held.encoders.keep(encoder)
            return held
        }
        output.pointee = try HandleTable.shared.insert(.collection(created), held: held)
    }
}

@c @implementation
public func qv_open_collection(
    _ store: qv_store,
    _ name: UnsafePointer<CChar>?,
    _ collection: UnsafeMutablePointer<qv_collection>?
) -> qv_status {
    call { () throws(CallFailure) in
        let store = try HandleTable.shared.find(store, "store", \.store)
        let name = try Arguments.string(name, "name")
        let output = try Arguments.output(collection, "collection")
        let opened = try engine { () throws(StoreError) in try store.collection(name) }
        output.pointee = try HandleTable.shared.insert(.collection(opened))
    }
}

@c @implementation
public func qv_close_collection(_ collection: qv_collection) -> qv_status {
    call { () throws(CallFailure) in
        _ = try HandleTable.shared.remove(collection, "collection", \.readable)
    }
}

@c @implementation
public func qv_drop_collection(
    _ store: qv_store,
    _ name: UnsafePointer<CChar>?
) -> qv_status {
    call { () throws(CallFailure) in
        let store = try HandleTable.shared.find(store, "store", \.store)
        let name = try Arguments.string(name, "name")
        try engine { () throws(StoreError) in try store.dropCollection(name) }
    }
}

@c @implementation
public func qv_collection_statistics(
    _ collection: qv_collection,
    _ statistics: UnsafeMutablePointer<qv_statistics>?
) -> qv_status {
    call { () throws(CallFailure) in
        let collection = try HandleTable.shared.find(collection, "collection", \.readable)
        let output = try Output(statistics, "statistics")
        let snapshot = try collection.snapshot()
        let found = snapshot.statistics
        var statistics = qv_statistics()
        statistics.dimension = UInt32(clamping: snapshot.dimension)
        statistics.live_count = UInt64(clamping: found.liveCount)
        statistics.dead_count = UInt64(clamping: found.deadCount)
        statistics.segment_count = UInt64(clamping: found.segmentCount)
        statistics.unindexed_segment_count = UInt64(clamping: found.unindexedSegmentCount)
        statistics.tail_count = UInt64(clamping: found.tailCount)
        statistics.byte_count = UInt64(clamping: found.byteCount)
        statistics.commit = found.commit
        statistics.unindexable_segment_count = UInt64(clamping: found.unindexableSegments.count)
        statistics.take(found.byteCounts)
        statistics.cache_hit_count = found.cache?.hits ?? 0
        statistics.cache_miss_count = found.cache?.misses ?? 0
        statistics.cache_eviction_count = found.cache?.evictions ?? 0
        output.fill(statistics)
    }
}

extension Snapshot {
    /// Numbers in a row of the first vector field.
    fileprivate var dimension: Int { configuration.vectorFields.first?.dimension ?? 0 }
}

extension qv_statistics {
    fileprivate mutating func take(_ counts: ByteCounts) {
        vector_byte_count = UInt64(clamping: counts.vectors)
        row_column_byte_count = UInt64(clamping: counts.rowColumns)
        text_byte_count = UInt64(clamping: counts.texts)
        field_byte_count = UInt64(clamping: counts.fields)
        index_byte_count = UInt64(clamping: counts.indexes)
        field_index_byte_count = UInt64(clamping: counts.fieldIndexes)
        text_index_byte_count = UInt64(clamping: counts.textIndexes)
        key_byte_count = UInt64(clamping: counts.keys)
        manifest_byte_count = UInt64(clamping: counts.manifests)
        tail_byte_count = UInt64(clamping: counts.tail)
    }
}
