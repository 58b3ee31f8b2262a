import CQuiverABI
import Glibc
import TestSupport
import Testing

/// A store and a collection of three-dimensional vectors, opened through the C interface.
final class OpenStore {
    private let directory = TemporaryDirectory()
    let store: qv_store
    let collection: qv_collection

    init() throws {
        var options = qv_open_options()
        options.struct_size = UInt32(MemoryLayout<qv_open_options>.size)
        options.flags = UInt32(QV_OPEN_CREATE)
        var store: qv_store = 0
        try #require(qv_open(directory.file("store"), &options, &store) == QV_OK, "\(message)")
        var schema = qv_collection_options()
        schema.struct_size = UInt32(MemoryLayout<qv_collection_options>.size)
        schema.dimension = 3
        var collection: qv_collection = 0
        try #require(qv_create_collection(store, "c", &schema, &collection) == QV_OK, "\(message)")
        self.store = store
        self.collection = collection
    }

    deinit {
        qv_close_collection(collection)
        qv_close(store)
    }

    /// Writes one document, its key a string of any bytes.
    func upsert(key: [UInt8], text: [UInt8]?) -> qv_status {
        key.withUnsafeBytes { key in
            (text ?? []).withUnsafeBytes { bytes in
                let vector: [Float] = [1, 2, 3]
                return vector.withUnsafeBufferPointer { vector in
                    var document = qv_document()
                    document.struct_size = UInt32(MemoryLayout<qv_document>.size)
                    document.key = qv_key(bytes: key)
                    // An empty array has no address, an empty text does.
                    document.text =
                        text == nil
                        ? nil
                        : bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
                            ?? key.baseAddress?
                            .assumingMemoryBound(to: CChar.self)
                    document.text_length = UInt64(bytes.count)
                    document.vector = vector.baseAddress
                    document.vector_count = UInt64(vector.count)
                    return qv_upsert(collection, &document, 1, nil)
                }
            }
        }
    }

    /// Writes one document with a vector of its own.
    func upsert(_ key: String, _ vector: [Float], text: String?) throws {
        var key = key
        let status = key.withUTF8 { key in
            vector.withUnsafeBufferPointer { vector in
                (text ?? "").withCString { text in
                    var document = qv_document()
                    document.struct_size = UInt32(MemoryLayout<qv_document>.size)
                    document.key = qv_key(bytes: UnsafeRawBufferPointer(key))
                    document.text = text
                    document.text_length = UInt64(strlen(text))
                    document.vector = vector.baseAddress
                    document.vector_count = UInt64(vector.count)
                    return qv_upsert(collection, &document, 1, nil)
                }
            }
        }
        try #require(status == QV_OK, "\(message)")
    }

    /// Answers queries of one vector each.
    func search(_ vectors: [[Float]], _ options: inout qv_search_options) throws -> qv_results {
        let numbers = vectors.flatMap { $0 }
        let width = vectors.first?.count ?? 0
        var results: qv_results = 0
        let status = numbers.withUnsafeBufferPointer { numbers in
            let sources = vectors.indices.map { place in
                var source = qv_source.sized()
                source.vectors = numbers.baseAddress.map { $0 + place * width }
                source.vector_count = 1
                source.dimension = UInt32(width)
                return source
            }
            return sources.withUnsafeBufferPointer { sources in
                var queries = vectors.indices.map { place in
                    var query = qv_query.sized()
                    query.sources = sources.baseAddress.map { $0 + place }
                    query.source_count = 1
                    return query
                }
                return qv_search_queries(
                    collection,
                    &queries,
                    UInt64(queries.count),
                    &options,
                    &results
                )
            }
        }
        try #require(status == QV_OK, "\(message)")
        return results
    }

    /// Key and text of the document of `key` as they come back, `nil` if there is none.
    func get(key: [UInt8]) throws -> (key: [UInt8], text: [UInt8]?)? {
        var documents: qv_documents = 0
        let status = key.withUnsafeBytes { bytes in
            var key = qv_key(bytes: bytes)
            return qv_get(collection, &key, 1, UInt32(QV_WITH_TEXT), &documents)
        }
        try #require(status == QV_OK, "\(message)")
        defer { qv_documents_free(documents) }
        var found = qv_stored_document()
        found.struct_size = UInt32(MemoryLayout<qv_stored_document>.size)
        try #require(qv_documents_item(documents, 0, &found) == QV_OK, "\(message)")
        guard found.found != 0 else { return nil }
        return (
            copy(found.key.bytes, UInt64(found.key.length)) ?? [],
            copy(found.text, found.text_length)
        )
    }

    private func copy(_ bytes: UnsafePointer<CChar>?, _ count: UInt64) -> [UInt8]? {
        bytes.map { Array(UnsafeRawBufferPointer(start: $0, count: Int(count))) }
    }
}

/// The calling thread's message.
var message: String {
    qv_error_message().map { String(cString: $0) } ?? ""
}

extension qv_key {
    init(bytes: UnsafeRawBufferPointer) {
        self.init(
            kind: UInt32(QV_KEY_STRING),
            length: UInt32(bytes.count),
            integer: 0,
            bytes: bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
        )
    }
}
