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
        let collection = try HandleTable.shared.find(collection, "collection", \.collection)
        let output = try Output.optional(receipt, "receipt")
        let array = try Arguments.array(documents, count: count, "documents")
        var batch = WriteBatch()
        if let first = UnsafeRawPointer(array.baseAddress) {
            // The caller's version of the struct may be shorter or longer than ours.
            let stride = try qv_document.byteCount(at: first, "documents[0]")
            for index in array.indices {
                let element = try qv_document(
                    reading: first + index * stride,
                    "an element of documents"
                )
                guard element.struct_size == stride else {
                    throw .argument(
                        "documents[\(index)]: struct_size is \(element.struct_size), not \(stride)"
                    )
                }
                batch.upsert(try Document(element, at: index))
            }
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
        let collection = try HandleTable.shared.find(collection, "collection", \.collection)
        let output = try Output.optional(receipt, "receipt")
        var batch = WriteBatch()
        for key in try Arguments.keys(keys, count: count, "keys") {
            batch.delete(key)
        }
        try collection.commit(batch, receipt: output)
    }
}

extension Collection {
    fileprivate func commit(_ batch: WriteBatch, receipt output: Output<qv_receipt>?)
        throws(CallFailure)
    {
        let done = try engine { () throws(StoreError) in try write(batch) }
        var receipt = qv_receipt()
        receipt.commit = done.commit
        receipt.inserted_count = UInt64(clamping: done.insertedCount)
        receipt.replaced_count = UInt64(clamping: done.replacedCount)
        receipt.deleted_count = UInt64(clamping: done.deletedCount)
        receipt.missing_count = UInt64(clamping: done.missingCount)
        output?.fill(receipt)
    }
}

extension Document {
    fileprivate init(_ document: qv_document, at index: Int) throws(CallFailure) {
        let key = try Arguments.key(document.key, "documents[\(index)]: key")
        var text: String?
        if let bytes = document.text {
            guard document.text_length <= UInt64(Document.maximumTextByteCount) else {
                throw CallFailure(
                    StoreError.textTooLong(
                        key: key,
                        byteCount: Int(clamping: document.text_length),
                        limit: Document.maximumTextByteCount
                    )
                )
            }
            text = try Arguments.string(
                bytes,
                byteCount: Int(document.text_length),
                "documents[\(index)]: text"
            )
        } else if document.text_length > 0 {
            throw .argument(
                "documents[\(index)]: text is NULL and \(document.text_length) bytes long"
            )
        }
        let vector = try Arguments.array(
            document.vector,
            count: document.vector_count,
            "documents[\(index)]: vector"
        )
        self.init(key: key, text: text, vector: Array(vector))
    }
}
