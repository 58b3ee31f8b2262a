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
        let collection = try HandleTable.shared.find(collection, "collection", \.collection)
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
        let collection = try HandleTable.shared.find(collection, "collection", \.collection)
        let work = try MaintenanceWork(options)
        try engine { () throws(StoreError) in
            try collection.maintain(threadCount: work.threadCount, progress: work.goesOn)
        }
    }
}

/// What a `qv_maintenance_options` asks for.
private final class MaintenanceWork: Sendable {
    let threadCount: Int
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
