import CQuiverABI
import TestSupport
import Testing

@Suite struct SchemaTests {
    /// Calls of the kind that change a schema, each good but for its handle.
    private static let changes: [@Sendable (qv_collection) -> qv_status] = [
        { collection in
            var field = qv_field.sized()
            field.type = UInt32(QV_FIELD_INT64)
            return "added".withCString { name in
                field.name = name
                return qv_add_field(collection, &field)
            }
        },
        { qv_rename_field($0, "added", "renamed") },
        { qv_drop_field($0, "renamed") },
        { collection in
            var field = qv_vector_field.sized()
            field.dimension = 2
            return "more".withCString { name in
                field.name = name
                return qv_add_vector_field(collection, &field)
            }
        },
        { qv_set_index($0, "more", "exact") },
        { qv_rename_vector_field($0, "more", "others") },
        { qv_drop_vector_field($0, "others") },
        { qv_set_text_fields($0, nil, 0) },
    ]

    @Test func `a schema changes through a live collection's handle alone`() throws {
        let opened = try OpenStore()
        var closed: qv_collection = 0
        try #require(qv_open_collection(opened.store, "c", &closed) == QV_OK)
        #expect(qv_close_collection(closed) == QV_OK)
        var pinned: qv_collection = 0
        try #require(qv_pin(opened.collection, &pinned) == QV_OK)
        for change in Self.changes {
            for handle in [0, closed, opened.store, .max] {
                #expect(change(handle) == QV_ERROR_HANDLE)
            }
            #expect(change(pinned) == QV_ERROR_READ_ONLY)
            #expect(change(opened.collection) == QV_OK, "\(message)")
        }
        #expect(qv_close_collection(pinned) == QV_OK)
        for handle in [pinned, closed] {
            var count: UInt64 = 0
            var schema: qv_schema = 0
            #expect(qv_collection_schema(handle, &schema) == QV_ERROR_HANDLE)
            #expect(qv_pin(handle, &pinned) == QV_ERROR_HANDLE)
            #expect(qv_row_count(handle, nil, &count) == QV_ERROR_HANDLE)
            #expect(qv_row_numbers(handle, nil, nil, 0, nil) == QV_ERROR_HANDLE)
        }
    }

    @Test func `a field without a name, a size or a type that is known is refused`() throws {
        let opened = try OpenStore()
        for size in [0, 1, 71, 4_097, .max] as [UInt32] {
            var field = qv_field.sized(size)
            var vectors = qv_vector_field.sized(min(size, 55))
            var text = qv_text_field.sized(size == 71 ? 31 : size)
            #expect(qv_add_field(opened.collection, &field) == QV_ERROR_ARGUMENT)
            #expect(qv_add_vector_field(opened.collection, &vectors) == QV_ERROR_ARGUMENT)
            #expect(qv_set_text_fields(opened.collection, &text, 1) == QV_ERROR_ARGUMENT)
        }
        for type in [0, 9, .max] as [UInt32] {
            var field = qv_field.sized()
            field.type = type
            #expect(qv_add_field(opened.collection, &field) == QV_ERROR_ARGUMENT)
        }
        var field = qv_field.sized()
        field.type = UInt32(QV_FIELD_BOOL)
        #expect(qv_add_field(opened.collection, &field) == QV_ERROR_ARGUMENT)
        var text = qv_text_field.sized()
        #expect(qv_set_text_fields(opened.collection, &text, .max) == QV_ERROR_ARGUMENT)
        #expect(qv_set_text_fields(opened.collection, nil, 1) == QV_ERROR_ARGUMENT)
        text.boost = .nan
        #expect(qv_set_text_fields(opened.collection, &text, 1) == QV_ERROR_CONFIGURATION)
        text.boost = 0
        #expect(qv_set_text_fields(opened.collection, &text, 1) == QV_OK)
    }

    @Test func `names and schemas are read through their own handles alone`() throws {
        let opened = try OpenStore()
        var names: qv_names = 0
        var schema: qv_schema = 0
        try #require(qv_collection_names(opened.store, &names) == QV_OK)
        try #require(qv_collection_schema(opened.collection, &schema) == QV_OK)
        var array: UnsafePointer<qv_string>?
        var count: UInt64 = 9
        var field = qv_vector_field.sized()
        for handle in [0, schema, opened.store, opened.collection, .max] {
            #expect(qv_names_array(handle, &array, &count) == QV_ERROR_HANDLE)
            #expect(qv_names_free(handle) == QV_ERROR_HANDLE)
        }
        for handle in [0, names, opened.store, opened.collection, .max] {
            #expect(qv_schema_counts(handle, &count, nil, nil) == QV_ERROR_HANDLE)
            #expect(qv_schema_vector_field(handle, 0, &field) == QV_ERROR_HANDLE)
            #expect(qv_schema_free(handle) == QV_ERROR_HANDLE)
        }
        #expect(count == 9 && array == nil)
        #expect(qv_schema_vector_field(schema, 0, &field) == QV_OK)
        #expect(field.dimension == 3)
        #expect(qv_schema_vector_field(schema, .max, &field) == QV_ERROR_ARGUMENT)
        field.struct_size = 7
        #expect(qv_schema_vector_field(schema, 0, &field) == QV_ERROR_ARGUMENT)
        var report = qv_snapshot_report.sized(23)
        #expect(qv_describe_snapshot(opened.store, "x", &report) == QV_ERROR_ARGUMENT)
        report = .sized()
        #expect(qv_describe_snapshot(opened.store, "x", &report) == QV_ERROR_NOT_FOUND)
        #expect(qv_describe_snapshot(opened.store, nil, &report) == QV_ERROR_ARGUMENT)
        #expect(qv_describe_snapshot(opened.store, "\u{FF}", nil) == QV_ERROR_ARGUMENT)
        #expect(qv_names_free(names) == QV_OK)
        #expect(qv_schema_free(schema) == QV_OK)
        #expect(qv_names_free(names) == QV_ERROR_HANDLE)
        #expect(qv_schema_free(schema) == QV_ERROR_HANDLE)
    }
}
