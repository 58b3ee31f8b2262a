// The contract of these functions is include/quiver.h, and is written there alone.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import CQuiverABI
import Quiver

@c @implementation
public func qv_get(
    _ collection: qv_collection,
    _ keys: UnsafePointer<qv_key>?,
    _ count: UInt64,
    _ contents: UInt32,
    _ documents: UnsafeMutablePointer<qv_documents>?
) -> qv_status {
    call { () throws(CallFailure) in
        let collection = try HandleTable.shared.find(collection, "collection", \.collection)
        let output = try Arguments.output(documents, "documents")
        let keys = try Arguments.keys(keys, count: count, "keys")
        let contents = try Arguments.contents(contents)
        let found = try engine { () throws(StoreError) in
            try collection.documents(keys, contents: contents)
        }
        output.pointee = try HandleTable.shared.insert(
            .documents(DocumentsAnswer(found, keys: keys, contents: contents))
        )
    }
}

@c @implementation
public func qv_documents_item(
    _ documents: qv_documents,
    _ index: UInt64,
    _ document: UnsafeMutablePointer<qv_stored_document>?
) -> qv_status {
    call { () throws(CallFailure) in
        let answer = try HandleTable.shared.find(documents, "documents", \.documents)
        let output = try Output(document, "document")
        output.fill(try answer.document(index))
    }
}

@c @implementation
public func qv_documents_free(_ documents: qv_documents) -> qv_status {
    call { () throws(CallFailure) in
        _ = try HandleTable.shared.remove(documents, "documents", \.documents)
    }
}
