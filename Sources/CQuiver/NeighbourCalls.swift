// The contract of these functions is include/quiver.h, and is written there alone.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import CQuiverABI
import Quiver

@c @implementation
public func qv_neighbours(
    _ collection: qv_collection,
    _ path: UnsafePointer<CChar>?,
    _ options: UnsafePointer<qv_neighbour_options>?,
    _ summary: UnsafeMutablePointer<qv_neighbour_summary>?
) -> qv_status {
    call { () throws(CallFailure) in
        let collection = try HandleTable.shared.find(collection, "collection", \.readable)
        let path = try Arguments.string(path, "path")
        guard let options else { throw .argument("options is NULL") }
        let settings = try qv_neighbour_options(reading: options, "options")
        let output = try Output.optional(summary, "summary")
        let request = try NeighbourRequest(settings)
        let snapshot = try collection.snapshot()
        let callback = ProgressCallback(settings.progress, settings.context)
        let found = try engine { () throws(StoreError) in
            try snapshot.writeNeighbours(request, to: path, progress: callback.goesOn)
        }
        var summary = qv_neighbour_summary()
        summary.first = UInt64(found.queries.lowerBound)
        summary.query_count = UInt64(found.queries.count)
        summary.resumed_count = UInt64(found.resumedCount)
        output?.fill(summary)
    }
}

@c @implementation
public func qv_row_owners(
    _ collection: qv_collection,
    _ vector_field: UnsafePointer<CChar>?,
    _ rows: UnsafePointer<UInt64>?,
    _ count: UInt64,
    _ owners: UnsafeMutablePointer<qv_owners>?
) -> qv_status {
    call { () throws(CallFailure) in
        let collection = try HandleTable.shared.find(collection, "collection", \.readable)
        let field = try Arguments.nameOrNil(vector_field, "vector_field")
        let rows = try Arguments.array(rows, count: count, "rows")
        let output = try Arguments.output(owners, "owners")
        let snapshot = try collection.snapshot()
        let found = try engine { () throws(StoreError) in
            try snapshot.owners(
                ofRows: rows.lazy.map { $0 == .max ? -1 : Int(clamping: $0) },
                vectorField: field
            )
        }
        output.pointee = try HandleTable.shared.insert(.owners(OwnersAnswer(found)))
    }
}

@c @implementation
public func qv_owners_array(
    _ owners: qv_owners,
    _ array: UnsafeMutablePointer<UnsafePointer<qv_row_owner>?>?,
    _ count: UnsafeMutablePointer<UInt64>?
) -> qv_status {
    call { () throws(CallFailure) in
        let answer = try HandleTable.shared.find(owners, "owners", \.owners)
        let array = try Arguments.output(array, "array")
        let count = try Arguments.output(count, "count")
        array.pointee = answer.array
        count.pointee = UInt64(answer.count)
    }
}

@c @implementation
public func qv_owners_free(_ owners: qv_owners) -> qv_status {
    call { () throws(CallFailure) in
        _ = try HandleTable.shared.remove(owners, "owners", \.owners)
    }
}

/// Whose rows are, as C reads it.
///
/// `@unchecked Sendable`: the pointers lead into `arena`, and nothing is written after `init`.
final class OwnersAnswer: @unchecked Sendable {
    let array: UnsafePointer<qv_row_owner>
    let count: Int
    private let arena: Arena

    init(_ owners: [RowOwner?]) {
        var arena = Arena()
        let found = owners.map { owner in
            owner.map { qv_row_owner(key: arena.copy($0.key), row: UInt64($0.row)) }
                ?? qv_row_owner(key: qv_key(), row: .max)
        }
        array = arena.copy(found)
        count = found.count
        self.arena = arena
    }
}
