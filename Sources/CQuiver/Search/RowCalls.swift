// The contract of these functions is include/quiver.h, and is written there alone.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import CQuiverABI
import Quiver

@c @implementation
public func qv_row_count(
    _ collection: qv_collection,
    _ vector_field: UnsafePointer<CChar>?,
    _ count: UnsafeMutablePointer<UInt64>?
) -> qv_status {
    call { () throws(CallFailure) in
        let collection = try HandleTable.shared.find(collection, "collection", \.readable)
        let field = try Arguments.nameOrNil(vector_field, "vector_field")
        let output = try Arguments.output(count, "count")
        let snapshot = try collection.snapshot()
        let found = try engine { () throws(StoreError) in try snapshot.rowCount(of: field) }
        output.pointee = UInt64(clamping: found)
    }
}

@c @implementation
public func qv_row_numbers(
    _ collection: qv_collection,
    _ vector_field: UnsafePointer<CChar>?,
    _ keys: UnsafePointer<qv_key>?,
    _ count: UInt64,
    _ ranges: UnsafeMutablePointer<qv_range>?
) -> qv_status {
    call { () throws(CallFailure) in
        let collection = try HandleTable.shared.find(collection, "collection", \.readable)
        let field = try Arguments.nameOrNil(vector_field, "vector_field")
        let keys = try Arguments.keys(keys, count: count, "keys")
        let output = keys.isEmpty ? nil : try Arguments.output(ranges, "ranges")
        let snapshot = try collection.snapshot()
        // Whether there is such a field is said even without keys.
        _ = try engine { () throws(StoreError) in try snapshot.rowCount(of: field) }
        var found: [qv_range] = []
        for key in keys {
            let rows = try engine { () throws(StoreError) in
                try snapshot.rowNumbers(of: key, vectorField: field)
            }
            found.append(
                rows.map {
                    qv_range(start: UInt64($0.lowerBound), end: UInt64($0.upperBound))
                } ?? qv_range(start: .max, end: .max)
            )
        }
        output?.update(from: found, count: found.count)
    }
}
