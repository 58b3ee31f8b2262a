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
        let collection = try HandleTable.shared.find(collection, "collection", \.readable)
        let output = try Arguments.output(documents, "documents")
        let keys = try Arguments.keys(keys, count: count, "keys")
        let contents = try Arguments.contents(contents)
        let snapshot = try collection.snapshot()
        let found = try engine { () throws(StoreError) in
            try snapshot.documents(keys, contents: contents)
        }
        output.pointee = try HandleTable.shared.insert(
            .documents(DocumentsAnswer(found, keys: keys, schema: snapshot.configuration))
        )
    }
}

@c @implementation
public func qv_scan(
    _ collection: qv_collection,
    _ options: UnsafePointer<qv_scan_options>?,
    _ documents: UnsafeMutablePointer<qv_documents>?
) -> qv_status {
    call { () throws(CallFailure) in
        let collection = try HandleTable.shared.find(collection, "collection", \.readable)
        let output = try Arguments.output(documents, "documents")
        let options =
            try options.map { (pointer) throws(CallFailure) in
                try qv_scan_options(reading: pointer, "options")
            } ?? qv_scan_options()
        let contents = try Arguments.contents(options.contents)
        let filter = options.filter == nil ? nil : try Arguments.filter(options.filter)
        let after =
            try Arguments.keys(options.after, count: options.after == nil ? 0 : 1, "options: after")
            .first
        let limit = options.limit == 0 ? 1_000 : Int(clamping: options.limit)
        let snapshot = try collection.snapshot()
        var found: [StoredDocument] = []
        try engine { () throws(StoreError) in
            try snapshot.scan(filter, after: after, contents: contents) { document in
                found.append(document)
                return found.count < limit
            }
        }
        let answer = DocumentsAnswer(
            found,
            keys: found.map(\.key),
            schema: snapshot.configuration
        )
        output.pointee = try HandleTable.shared.insert(.documents(answer))
    }
}

@c @implementation
public func qv_count(
    _ collection: qv_collection,
    _ filter: UnsafePointer<CChar>?,
    _ count: UnsafeMutablePointer<UInt64>?
) -> qv_status {
    call { () throws(CallFailure) in
        let collection = try HandleTable.shared.find(collection, "collection", \.readable)
        let output = try Arguments.output(count, "count")
        let filter = filter == nil ? nil : try Arguments.filter(filter)
        let snapshot = try collection.snapshot()
        let found = try engine { () throws(StoreError) in try snapshot.count(filter) }
        output.pointee = UInt64(clamping: found)
    }
}

@c @implementation
public func qv_documents_count(
    _ documents: qv_documents,
    _ count: UnsafeMutablePointer<UInt64>?
) -> qv_status {
    call { () throws(CallFailure) in
        let answer = try HandleTable.shared.find(documents, "documents", \.documents)
        let output = try Arguments.output(count, "count")
        output.pointee = UInt64(answer.count)
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
public func qv_documents_vectors(
    _ documents: qv_documents,
    _ index: UInt64,
    _ number: UInt64,
    _ vectors: UnsafeMutablePointer<qv_vectors>?
) -> qv_status {
    call { () throws(CallFailure) in
        let answer = try HandleTable.shared.find(documents, "documents", \.documents)
        let output = try Output(vectors, "vectors")
        output.fill(try answer.vectors(index, number))
    }
}

@c @implementation
public func qv_documents_field(
    _ documents: qv_documents,
    _ index: UInt64,
    _ number: UInt64,
    _ field: UnsafeMutablePointer<qv_field>?
) -> qv_status {
    call { () throws(CallFailure) in
        let answer = try HandleTable.shared.find(documents, "documents", \.documents)
        let output = try Output(field, "field")
        output.fill(try answer.field(index, number))
    }
}

@c @implementation
public func qv_documents_free(_ documents: qv_documents) -> qv_status {
    call { () throws(CallFailure) in
        _ = try HandleTable.shared.remove(documents, "documents", \.documents)
    }
}
