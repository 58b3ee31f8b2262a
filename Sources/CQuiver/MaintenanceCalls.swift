// The contract of these functions is include/quiver.h, and is written there alone.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import CQuiverABI
import Quiver
import Synchronization

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
private final class MaintenanceWork: Sendable {
    let threadCount: Int
    /// `nil` for the default.
    let memoryByteCount: Int?
    // Work on several threads tells of itself from each, and C callers hear one at a time.
    private let turn = Mutex(())
    private let callback: qv_progress?
    // The caller's own, handed back to the caller's own callback; never looked into.
    private nonisolated(unsafe) let context: UnsafeMutableRawPointer?

    init(_ options: UnsafePointer<qv_maintenance_options>?) throws(CallFailure) {
        let options =
            try options.map { (pointer) throws(CallFailure) in
                try qv_maintenance_options(reading: pointer, "options")
            } ?? qv_maintenance_options()
        threadCount = try Arguments.threadCount(options.thread_count)
        memoryByteCount =
            options.memory_byte_count == 0 ? nil : Int(clamping: options.memory_byte_count)
        callback = options.progress
        context = options.context
    }

    @Sendable func goesOn(_ progress: Progress) -> Bool {
        guard let callback else { return true }
        return turn.withLock { _ in
            callback(
                context,
                UInt64(clamping: progress.completed),
                UInt64(clamping: progress.total)
            ) == 0
        }
    }
}
