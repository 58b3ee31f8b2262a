// The contract of these functions is include/quiver.h, and is written there alone.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import CQuiverABI
import Quiver

@c @implementation
public func qv_upsert(
    _ collection: qv_collection,
    _ documents: UnsafePointer<qv_document>?,
    _ count: UInt64,
    _ receipt: UnsafeMutablePointer<qv_receipt>?
) -> qv_status {
    call { () throws(CallFailure) in
        let collection = try HandleTable.shared.writable(collection)
        let output = try Output.optional(receipt, "receipt")
        var batch = WriteBatch()
        let array = try qv_document.array(documents, count: count, "documents")
        for (index, element) in array.enumerated() {
            batch.upsert(
                try Document(element, "documents[\(index)]"),
                if: try .init(
                    flags: element.flags,
                    expectedVersion: element.expected_version,
                    "documents[\(index)]"
                )
            )
        }
        try collection.commit(batch, receipt: output)
    }
}

@c @implementation
public func qv_insert(
    _ collection: qv_collection,
    _ documents: UnsafePointer<qv_document>?,
    _ count: UInt64,
    _ receipt: UnsafeMutablePointer<qv_receipt>?
) -> qv_status {
    call { () throws(CallFailure) in
        let collection = try HandleTable.shared.writable(collection)
        let output = try Output.optional(receipt, "receipt")
        var batch = WriteBatch()
        let array = try qv_document.array(documents, count: count, "documents")
        for (index, element) in array.enumerated() {
            guard element.flags == 0 else {
                throw .argument("documents[\(index)]: flags belongs to qv_upsert")
            }
            batch.insert(try Document(element, "documents[\(index)]"))
        }
        try collection.commit(batch, receipt: output)
    }
}

@c @implementation
public func qv_update(
    _ collection: qv_collection,
    _ updates: UnsafePointer<qv_field_update>?,
    _ count: UInt64,
    _ receipt: UnsafeMutablePointer<qv_receipt>?
) -> qv_status {
    call { () throws(CallFailure) in
        let collection = try HandleTable.shared.writable(collection)
        let output = try Output.optional(receipt, "receipt")
        var batch = WriteBatch()
        let array = try qv_field_update.array(updates, count: count, "updates")
        for (index, element) in array.enumerated() {
            batch.update(
                try DocumentUpdate(element, "updates[\(index)]"),
                if: try .init(
                    flags: element.flags,
                    expectedVersion: element.expected_version,
                    "updates[\(index)]"
                )
            )
        }
        try collection.commit(batch, receipt: output)
    }
}

@c @implementation
public func qv_delete(
    _ collection: qv_collection,
    _ keys: UnsafePointer<qv_key>?,
    _ count: UInt64,
    _ receipt: UnsafeMutablePointer<qv_receipt>?
) -> qv_status {
    call { () throws(CallFailure) in
        let collection = try HandleTable.shared.writable(collection)
        let output = try Output.optional(receipt, "receipt")
        var batch = WriteBatch()
        for key in try Arguments.keys(keys, count: count, "keys") {
            batch.delete(key)
        }
        try collection.commit(batch, receipt: output)
    }
}

@c @implementation
public func qv_delete_where(
    _ collection: qv_collection,
    _ filter: UnsafePointer<CChar>?,
    _ receipt: UnsafeMutablePointer<qv_receipt>?
) -> qv_status {
    call { () throws(CallFailure) in
        let collection = try HandleTable.shared.writable(collection)
        let output = try Output.optional(receipt, "receipt")
        let filter = try Arguments.filter(filter)
        let done = try engine { () throws(StoreError) in try collection.delete(where: filter) }
        output?.fill(qv_receipt(done))
    }
}

extension Collection {
    fileprivate func commit(_ batch: WriteBatch, receipt output: Output<qv_receipt>?)
        throws(CallFailure)
    {
        let done = try engine { () throws(StoreError) in try write(batch) }
        output?.fill(qv_receipt(done))
    }
}

extension qv_receipt {
    init(_ done: CommitReceipt) {
        self.init()
        commit = done.commit
        inserted_count = UInt64(clamping: done.insertedCount)
        replaced_count = UInt64(clamping: done.replacedCount)
        deleted_count = UInt64(clamping: done.deletedCount)
        missing_count = UInt64(clamping: done.missingCount)
        updated_count = UInt64(clamping: done.updatedCount)
    }
}

extension WriteBatch.Precondition {
    init(
        flags: UInt32,
        expectedVersion: UInt64,
        _ name: @autoclosure () -> String
    ) throws(CallFailure) {
        switch flags {
        case 0:
            guard expectedVersion == 0 else {
                throw .argument("\(name()): expected_version counts with QV_EXPECT_VERSION alone")
            }
            self = .none
        case UInt32(QV_EXPECT_VERSION): self = .hasVersion(expectedVersion)
        default: throw .argument("\(name()): flags is \(flags), which has an unknown bit")
        }
    }
}
