// The contract of these functions is include/quiver.h, and is written there alone.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import CQuiverABI
import Quiver

@c @implementation
public func qv_collection_names(
    _ store: qv_store,
    _ names: UnsafeMutablePointer<qv_names>?
) -> qv_status {
    call { () throws(CallFailure) in
        let store = try HandleTable.shared.find(store, "store", \.store)
        let output = try Arguments.output(names, "names")
        let found = try engine { () throws(StoreError) in try store.collectionNames() }
        output.pointee = try HandleTable.shared.insert(.names(NamesAnswer(found)))
    }
}

@c @implementation
public func qv_snapshot_names(
    _ store: qv_store,
    _ names: UnsafeMutablePointer<qv_names>?
) -> qv_status {
    call { () throws(CallFailure) in
        let store = try HandleTable.shared.find(store, "store", \.store)
        let output = try Arguments.output(names, "names")
        let found = try engine { () throws(StoreError) in try store.snapshots() }
        output.pointee = try HandleTable.shared.insert(.names(NamesAnswer(found.map(\.name))))
    }
}

@c @implementation
public func qv_names_array(
    _ names: qv_names,
    _ array: UnsafeMutablePointer<UnsafePointer<qv_string>?>?,
    _ count: UnsafeMutablePointer<UInt64>?
) -> qv_status {
    call { () throws(CallFailure) in
        let answer = try HandleTable.shared.find(names, "names", \.names)
        let array = try Arguments.output(array, "array")
        let count = try Arguments.output(count, "count")
        array.pointee = answer.array
        count.pointee = UInt64(answer.count)
    }
}

@c @implementation
public func qv_names_free(_ names: qv_names) -> qv_status {
    call { () throws(CallFailure) in
        _ = try HandleTable.shared.remove(names, "names", \.names)
    }
}
