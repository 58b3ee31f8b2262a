// The contract of these functions is include/quiver.h, and is written there alone.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import CQuiverABI
import Quiver

@c @implementation
public func qv_create_snapshot(
    _ store: qv_store,
    _ snapshot: UnsafePointer<CChar>?
) -> qv_status {
    call { () throws(CallFailure) in
        let store = try HandleTable.shared.find(store, "store", \.store)
        let name = try Arguments.string(snapshot, "snapshot")
        _ = try engine { () throws(StoreError) in try store.createSnapshot(name) }
    }
}

@c @implementation
public func qv_drop_snapshot(
    _ store: qv_store,
    _ snapshot: UnsafePointer<CChar>?
) -> qv_status {
    call { () throws(CallFailure) in
        let store = try HandleTable.shared.find(store, "store", \.store)
        let name = try Arguments.string(snapshot, "snapshot")
        try engine { () throws(StoreError) in try store.dropSnapshot(name) }
    }
}

@c @implementation
public func qv_open_snapshot(
    _ store: qv_store,
    _ snapshot: UnsafePointer<CChar>?,
    _ name: UnsafePointer<CChar>?,
    _ collection: UnsafeMutablePointer<qv_collection>?
) -> qv_status {
    call { () throws(CallFailure) in
        let store = try HandleTable.shared.find(store, "store", \.store)
        let snapshotName = try Arguments.string(snapshot, "snapshot")
        let name = try Arguments.string(name, "name")
        let output = try Arguments.output(collection, "collection")
        let opened = try engine { () throws(StoreError) in
            try store.snapshot(named: snapshotName, collection: name)
        }
        output.pointee = try HandleTable.shared.insert(.snapshot(opened))
    }
}

@c @implementation
public func qv_pin(
    _ collection: qv_collection,
    _ pinned: UnsafeMutablePointer<qv_collection>?
) -> qv_status {
    call { () throws(CallFailure) in
        let collection = try HandleTable.shared.searchable(collection)
        let output = try Arguments.output(pinned, "pinned")
        output.pointee = try HandleTable.shared.insert(
            .snapshot(try collection.readable.snapshot()),
            held: collection.held
        )
    }
}

@c @implementation
public func qv_describe_snapshot(
    _ store: qv_store,
    _ snapshot: UnsafePointer<CChar>?,
    _ report: UnsafeMutablePointer<qv_snapshot_report>?
) -> qv_status {
    call { () throws(CallFailure) in
        let store = try HandleTable.shared.find(store, "store", \.store)
        let name = try Arguments.string(snapshot, "snapshot")
        let output = try Output(report, "report")
        let found = try engine { () throws(StoreError) in
            guard
                let found = try store.snapshots().first(where: {
                    $0.name.utf8.elementsEqual(name.utf8)
                })
            else { throw .unknownSnapshot(name) }
            return found
        }
        var report = qv_snapshot_report()
        report.created_seconds = found.created.seconds
        report.created_nanoseconds = found.created.nanoseconds
        report.commit = found.commit
        output.fill(report)
    }
}
