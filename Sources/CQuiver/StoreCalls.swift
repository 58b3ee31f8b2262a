// The contract of these functions is include/quiver.h, and is written there alone.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import CQuiverABI
import Quiver

@c @implementation
public func qv_open(
    _ path: UnsafePointer<CChar>?,
    _ options: UnsafePointer<qv_open_options>?,
    _ store: UnsafeMutablePointer<qv_store>?
) -> qv_status {
    call { () throws(CallFailure) in
        let path = try Arguments.string(path, "path")
        let output = try Arguments.output(store, "store")
        let options =
            try options.map { (pointer) throws(CallFailure) in
                try qv_open_options(reading: pointer, "options")
            } ?? qv_open_options()

        let (create, readOnly) = (UInt32(QV_OPEN_CREATE), UInt32(QV_OPEN_READ_ONLY))
        let relaxed = UInt32(QV_OPEN_RELAXED)
        guard options.flags & ~(create | readOnly | relaxed) == 0 else {
            throw .argument("options: flags is \(options.flags), which has an unknown bit")
        }
        guard options.flags & (create | readOnly) != create | readOnly else {
            throw .argument("options: QV_OPEN_CREATE and QV_OPEN_READ_ONLY exclude one another")
        }
        var storeOptions = Store.Options()
        if options.flags & relaxed != 0 { storeOptions.durability = .relaxed }
        if options.tail_byte_count > 0 {
            guard options.tail_byte_count <= largestTail else {
                throw .argument("options: tail_byte_count is over \(largestTail)")
            }
            storeOptions.tailByteCount = Int(options.tail_byte_count)
        }

        let opened = try engine { () throws(StoreError) in
            if options.flags & create != 0, !Store.exists(at: path) {
                try Store.create(at: path, options: storeOptions)
            } else {
                try Store.open(
                    at: path,
                    access: options.flags & readOnly != 0 ? .readOnly : .readWrite,
                    options: storeOptions
                )
            }
        }
        output.pointee = try HandleTable.shared.insert(.store(opened))
    }
}

@c @implementation
public func qv_close(_ store: qv_store) -> qv_status {
    call { () throws(CallFailure) in
        try HandleTable.shared.remove(store, "store", \.store).close()
    }
}

@c @implementation
public func qv_verify(
    _ path: UnsafePointer<CChar>?,
    _ report: UnsafeMutablePointer<qv_verification>?
) -> qv_status {
    call { () throws(CallFailure) in
        let path = try Arguments.string(path, "path")
        let output = try Output.optional(report, "report")
        let found = try engine { () throws(StoreError) in try Store.verify(at: path) }
        var report = qv_verification()
        report.file_count = UInt64(clamping: found.fileCount)
        report.byte_count = UInt64(clamping: found.byteCount)
        report.document_count = UInt64(clamping: found.documentCount)
        report.damage_count = UInt64(clamping: found.damage.count)
        output?.fill(report)
        guard found.isSound else {
            let listed = found.damage.prefix(8).map { "\($0.file): \($0.reason)" }
            throw CallFailure(status: QV_ERROR_DAMAGED, message: listed.joined(separator: "\n"))
        }
    }
}

@c @implementation
public func qv_repair(
    _ path: UnsafePointer<CChar>?,
    _ destination: UnsafePointer<CChar>?,
    _ report: UnsafeMutablePointer<qv_repair_report>?
) -> qv_status {
    call { () throws(CallFailure) in
        let path = try Arguments.string(path, "path")
        let destination = try Arguments.string(destination, "destination")
        let output = try Output.optional(report, "report")
        let found = try engine { () throws(StoreError) in
            try Store.repair(at: path, into: destination)
        }
        var report = qv_repair_report()
        report.catalog_damaged = found.isCatalogDamaged ? 1 : 0
        report.damage_count = UInt64(clamping: found.damage.count)
        report.kept_count = UInt64(clamping: found.keptDocumentCount)
        report.rewritten_count = UInt64(clamping: found.rewrittenDocumentCount)
        report.loss_count = UInt64(clamping: found.lossCount)
        report.lost_snapshot_count = UInt64(clamping: found.lostSnapshots.count)
        output?.fill(report)
        guard found.isComplete else {
            let losses = found.losses.prefix(8).map { loss in
                "\(loss.what) of \(loss.key.map { "\($0)" } ?? "an unknown key") in \"\(loss.collection)\""
            }
            let snapshots = found.lostSnapshots.prefix(8).map { "the snapshot \"\($0)\"" }
            let message = ["what could be read of \(path) is in \(destination); lost:"]
            throw CallFailure(
                status: QV_ERROR_DAMAGED,
                message: (message + losses + snapshots).joined(separator: "\n")
            )
        }
    }
}

/// The tail lives in the catalog, which is mapped at 1 TiB at most.
private let largestTail: UInt64 = 1 << 36
