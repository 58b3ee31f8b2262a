// The contract of these functions is include/quiver.h, and is written there alone.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import CQuiverABI
import Quiver

@c @implementation
public func qv_seal(
    _ collection: qv_collection,
    _ options: UnsafePointer<qv_maintenance_options>?
) -> qv_status {
    call { () throws(CallFailure) in
        let collection = try HandleTable.shared.writable(collection)
        let work = try MaintenanceWork(options)
        try engine { () throws(StoreError) in
            try collection.seal(progress: work.goesOn)
        }
    }
}

@c @implementation
public func qv_maintain(
    _ collection: qv_collection,
    _ options: UnsafePointer<qv_maintenance_options>?
) -> qv_status {
    call { () throws(CallFailure) in
        let collection = try HandleTable.shared.writable(collection)
        let work = try MaintenanceWork(options)
        try engine { () throws(StoreError) in
            try collection.maintain(threadCount: work.threadCount, progress: work.goesOn)
        }
    }
}

@c @implementation
public func qv_compact(
    _ collection: qv_collection,
    _ options: UnsafePointer<qv_maintenance_options>?
) -> qv_status {
    call { () throws(CallFailure) in
        let collection = try HandleTable.shared.writable(collection)
        let work = try MaintenanceWork(options)
        var compaction = CompactionOptions()
        compaction.threadCount = work.threadCount
        if let byteCount = work.memoryByteCount { compaction.memoryByteCount = byteCount }
        let asked = compaction
        _ = try engine { () throws(StoreError) in
            try collection.compact(asked, progress: work.goesOn)
        }
    }
}

/// What a `qv_maintenance_options` asks for.
private struct MaintenanceWork: Sendable {
    let threadCount: Int
    /// `nil` for the default.
    let memoryByteCount: Int?
    private let callback: ProgressCallback

    init(_ options: UnsafePointer<qv_maintenance_options>?) throws(CallFailure) {
        let options =
            try options.map { (pointer) throws(CallFailure) in
                try qv_maintenance_options(reading: pointer, "options")
            } ?? qv_maintenance_options()
        threadCount = try Arguments.threadCount(options.thread_count)
        memoryByteCount =
            options.memory_byte_count == 0 ? nil : Int(clamping: options.memory_byte_count)
        callback = ProgressCallback(options.progress, options.context)
    }

    @Sendable func goesOn(_ progress: Progress) -> Bool {
        callback.goesOn(progress.completed, progress.total)
    }
}
