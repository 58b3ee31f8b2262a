// The contract of these functions is include/quiver.h, and is written there alone.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

public import CQuiverABI
import Quiver

@c @implementation
public func qv_cache_store(
    _ cache: qv_collection,
    _ model: UnsafePointer<CChar>?,
    _ entries: UnsafePointer<qv_document>?,
    _ count: UInt64
) -> qv_status {
    call { () throws(CallFailure) in
        let collection = try HandleTable.shared.writable(cache)
        let model = try Arguments.string(model, "model")
        var documents: [Document] = []
        let array = try qv_document.array(entries, count: count, "entries")
        for (ordinal, element) in array.enumerated() {
            guard element.flags == 0 else {
                throw .argument("entries[\(ordinal)]: flags belongs to qv_upsert")
            }
            documents.append(try Document(element, "entries[\(ordinal)]"))
        }
        try engine { () throws(StoreError) in
            try Cache(collection, model: model).store(documents)
        }
    }
}

@c @implementation
public func qv_cache_entries(
    _ cache: qv_collection,
    _ model: UnsafePointer<CChar>?,
    _ keys: UnsafePointer<qv_key>?,
    _ count: UInt64,
    _ contents: UInt32,
    _ documents: UnsafeMutablePointer<qv_documents>?
) -> qv_status {
    call { () throws(CallFailure) in
        let collection = try HandleTable.shared.writable(cache)
        let model = try Arguments.string(model, "model")
        let output = try Arguments.output(documents, "documents")
        let keys = try Arguments.keys(keys, count: count, "keys")
        let contents = try Arguments.contents(contents)
        let found = try engine { () throws(StoreError) in
            try Cache(collection, model: model).entries(keys, contents: contents)
        }
        output.pointee = try HandleTable.shared.insert(
            .documents(DocumentsAnswer(found, keys: keys, schema: collection.configuration))
        )
    }
}

@c @implementation
public func qv_set_cache_byte_limit(
    _ cache: qv_collection,
    _ byte_limit: UInt64
) -> qv_status {
    alter(cache) { () throws(CallFailure) in
        .setCacheByteLimit(Int(clamping: byte_limit))
    }
}
