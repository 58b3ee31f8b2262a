/* Schemas: made, read back and changed; names of collections and snapshots; text fields; pins and row numbers. */

#include "check.h"

static qv_text_field text_field(const char *field, const char *language, double boost) {
    STRUCT(qv_text_field, made);
    made.field = field;
    made.language = language;
    made.boost = boost;
    return made;
}

static qv_field field(const char *name, uint32_t type) {
    STRUCT(qv_field, made);
    made.name = name;
    made.type = type;
    return made;
}

static int names_are(qv_names names, const char *const *expected, uint64_t expected_count) {
    const qv_string *array = NULL;
    uint64_t count = 0;
    EXPECT(QV_OK, qv_names_array(names, &array, &count));
    if (count != expected_count) return 0;
    for (uint64_t i = 0; i < count; i++) {
        if (array[i].length != strlen(expected[i]) || strcmp(array[i].bytes, expected[i]) != 0) return 0;
    }
    EXPECT(QV_ERROR_ARGUMENT, qv_names_array(names, NULL, &count));
    EXPECT(QV_ERROR_ARGUMENT, qv_names_array(names, &array, NULL));
    EXPECT(QV_OK, qv_names_free(names));
    EXPECT(QV_ERROR_HANDLE, qv_names_free(names));
    EXPECT(QV_ERROR_HANDLE, qv_names_array(names, &array, &count));
    return 1;
}

static qv_collection create(qv_store store) {
    qv_field fields[2] = {field("title", QV_FIELD_STRING), field("year", QV_FIELD_INT64)};
    qv_text_field texts[2] = {text_field("title", "english", 2), text_field(NULL, "en", 0)};
    qv_row_column position;
    memset(&position, 0, sizeof position);
    position.name = "position";
    position.type = QV_COLUMN_INT16;
    STRUCT(qv_vector_field, tokens);
    tokens.name = "tokens";
    tokens.dimension = 2;
    tokens.storage = QV_STORAGE_FLOAT16;
    tokens.metric = QV_METRIC_INNER_PRODUCT;
    tokens.index = "exact";
    tokens.flags = QV_VECTOR_OPTIONAL;
    tokens.columns = &position;
    tokens.column_count = 1;
    STRUCT(qv_collection_options, options);
    options.dimension = 3;
    options.metric = QV_METRIC_L2;
    options.vector_fields = &tokens;
    options.vector_field_count = 1;
    options.fields = fields;
    options.field_count = 2;
    options.text_fields = texts;
    options.text_field_count = 2;
    options.flags = QV_COLLECTION_NO_WORDS;
    qv_collection collection = 0;
    EXPECT(QV_ERROR_ARGUMENT, qv_create_collection(store, "c", &options, &collection));
    options.flags = 1u << 31;
    EXPECT(QV_ERROR_ARGUMENT, qv_create_collection(store, "c", &options, &collection));
    options.flags = 0;
    texts[0].language = "klingon";
    EXPECT(QV_ERROR_CONFIGURATION, qv_create_collection(store, "c", &options, &collection));
    texts[0].language = "\xff";
    EXPECT(QV_ERROR_ARGUMENT, qv_create_collection(store, "c", &options, &collection));
    texts[0].language = "english";
    texts[0].boost = -1;
    EXPECT(QV_ERROR_CONFIGURATION, qv_create_collection(store, "c", &options, &collection));
    texts[0].boost = 2;
    texts[0].field = "year";
    EXPECT(QV_ERROR_CONFIGURATION, qv_create_collection(store, "c", &options, &collection));
    texts[0].field = "title";
    EXPECT(QV_OK, qv_create_collection(store, "c", &options, &collection));
    return collection;
}

static void read_back(qv_collection collection) {
    qv_schema schema = 0;
    EXPECT(QV_ERROR_ARGUMENT, qv_collection_schema(collection, NULL));
    EXPECT(QV_OK, qv_collection_schema(collection, &schema));
    uint64_t vector_fields = 0, fields = 0, texts = 0;
    EXPECT(QV_OK, qv_schema_counts(schema, &vector_fields, &fields, &texts));
    CHECK(vector_fields == 2 && fields == 2 && texts == 2);
    EXPECT(QV_OK, qv_schema_counts(schema, NULL, NULL, NULL));

    STRUCT(qv_vector_field, vectors);
    EXPECT(QV_OK, qv_schema_vector_field(schema, 0, &vectors));
    CHECK(strcmp(vectors.name, "") == 0 && vectors.dimension == 3 && vectors.metric == QV_METRIC_L2);
    CHECK(vectors.storage == QV_STORAGE_FLOAT32 && strcmp(vectors.index, "automatic") == 0 && !vectors.flags);
    CHECK(vectors.columns == NULL && vectors.column_count == 0);
    EXPECT(QV_OK, qv_schema_vector_field(schema, 1, &vectors));
    CHECK(strcmp(vectors.name, "tokens") == 0 && vectors.dimension == 2);
    CHECK(vectors.metric == QV_METRIC_INNER_PRODUCT && vectors.storage == QV_STORAGE_FLOAT16);
    CHECK(strcmp(vectors.index, "exact") == 0 && vectors.flags == QV_VECTOR_OPTIONAL && vectors.column_count == 1);
    CHECK(strcmp(vectors.columns[0].name, "position") == 0 && vectors.columns[0].type == QV_COLUMN_INT16);
    EXPECT(QV_ERROR_ARGUMENT, qv_schema_vector_field(schema, 2, &vectors));
    EXPECT(QV_ERROR_ARGUMENT, qv_schema_vector_field(schema, 0, NULL));

    STRUCT(qv_field, value);
    EXPECT(QV_OK, qv_schema_field(schema, 1, &value));
    CHECK(strcmp(value.name, "year") == 0 && value.type == QV_FIELD_INT64);
    EXPECT(QV_ERROR_ARGUMENT, qv_schema_field(schema, UINT64_MAX, &value));

    STRUCT(qv_text_field, text);
    EXPECT(QV_OK, qv_schema_text_field(schema, 0, &text));
    CHECK(strcmp(text.field, "title") == 0 && strcmp(text.language, "english") == 0 && text.boost == 2);
    EXPECT(QV_OK, qv_schema_text_field(schema, 1, &text));
    CHECK(text.field == NULL && strcmp(text.language, "english") == 0 && text.boost == 1);
    text.struct_size = 31;
    EXPECT(QV_ERROR_ARGUMENT, qv_schema_text_field(schema, 1, &text));
    EXPECT(QV_OK, qv_schema_free(schema));
    EXPECT(QV_ERROR_HANDLE, qv_schema_free(schema));
    EXPECT(QV_ERROR_HANDLE, qv_schema_counts(schema, NULL, NULL, NULL));
}

static void change(qv_collection collection) {
    qv_field added = field("lang", QV_FIELD_STRING);
    EXPECT(QV_OK, qv_add_field(collection, &added));
    EXPECT(QV_ERROR_CONFIGURATION, qv_add_field(collection, &added));
    EXPECT(QV_ERROR_ARGUMENT, qv_add_field(collection, NULL));
    added.type = QV_FIELD_NULL;
    EXPECT(QV_ERROR_ARGUMENT, qv_add_field(collection, &added));
    EXPECT(QV_OK, qv_rename_field(collection, "lang", "language"));
    EXPECT(QV_ERROR_NOT_FOUND, qv_rename_field(collection, "lang", "x"));
    EXPECT(QV_ERROR_CONFIGURATION, qv_rename_field(collection, "language", "year"));
    EXPECT(QV_ERROR_ARGUMENT, qv_rename_field(collection, NULL, "x"));
    EXPECT(QV_ERROR_ARGUMENT, qv_rename_field(collection, "language", NULL));
    EXPECT(QV_OK, qv_drop_field(collection, "language"));
    EXPECT(QV_ERROR_NOT_FOUND, qv_drop_field(collection, "language"));
    EXPECT(QV_ERROR_ARGUMENT, qv_drop_field(collection, NULL));

    STRUCT(qv_vector_field, image);
    image.name = "image";
    image.dimension = 5;
    EXPECT(QV_OK, qv_add_vector_field(collection, &image));
    EXPECT(QV_ERROR_CONFIGURATION, qv_add_vector_field(collection, &image));
    image.name = "other";
    image.dimension = 0;
    EXPECT(QV_ERROR_CONFIGURATION, qv_add_vector_field(collection, &image));
    EXPECT(QV_ERROR_ARGUMENT, qv_add_vector_field(collection, NULL));
    EXPECT(QV_OK, qv_set_index(collection, "image", "HNSW16"));
    EXPECT(QV_ERROR_CONFIGURATION, qv_set_index(collection, "image", "PQ0"));
    EXPECT(QV_ERROR_NOT_FOUND, qv_set_index(collection, "x", "graph"));
    EXPECT(QV_OK, qv_set_index(collection, NULL, "graph"));
    qv_schema schema = 0;
    EXPECT(QV_OK, qv_collection_schema(collection, &schema));
    STRUCT(qv_vector_field, vectors);
    EXPECT(QV_OK, qv_schema_vector_field(schema, 0, &vectors));
    CHECK(strcmp(vectors.index, "graph") == 0);
    EXPECT(QV_OK, qv_schema_vector_field(schema, 2, &vectors));
    CHECK(strncmp(vectors.index, "HNSW16", 6) == 0 && vectors.flags == QV_VECTOR_OPTIONAL);
    EXPECT(QV_OK, qv_schema_free(schema));
    EXPECT(QV_OK, qv_rename_vector_field(collection, "image", "picture"));
    EXPECT(QV_ERROR_NOT_FOUND, qv_rename_vector_field(collection, "image", "x"));
    EXPECT(QV_ERROR_CONFIGURATION, qv_rename_vector_field(collection, "picture", NULL));
    EXPECT(QV_OK, qv_rename_vector_field(collection, "picture", "image"));
    EXPECT(QV_OK, qv_drop_vector_field(collection, "image"));
    EXPECT(QV_ERROR_NOT_FOUND, qv_drop_vector_field(collection, "image"));

    qv_text_field texts[2] = {text_field(NULL, NULL, 0), text_field(NULL, "de", 1)};
    EXPECT(QV_OK, qv_set_text_fields(collection, texts, 1));
    EXPECT(QV_ERROR_CONFIGURATION, qv_set_text_fields(collection, texts, 2));
    EXPECT(QV_ERROR_ARGUMENT, qv_set_text_fields(collection, NULL, 1));
    EXPECT(QV_OK, qv_set_text_fields(collection, NULL, 0));
    uint64_t count = 1;
    EXPECT(QV_OK, qv_collection_schema(collection, &schema));
    EXPECT(QV_OK, qv_schema_counts(schema, NULL, NULL, &count));
    CHECK(count == 0);
    EXPECT(QV_OK, qv_schema_free(schema));
}

static void pin(qv_store store, qv_collection collection) {
    const float rows[6] = {1, 0, 0, 2, 0, 0};
    const int16_t positions[2] = {7, 8};
    qv_row_column column;
    memset(&column, 0, sizeof column);
    column.name = "position";
    column.numbers = positions;
    column.count = 2;
    column.type = QV_COLUMN_INT16;
    STRUCT(qv_vectors, tokens);
    tokens.field = "tokens";
    tokens.numbers = rows;
    tokens.number_count = 4;
    tokens.columns = &column;
    tokens.column_count = 1;
    qv_document one = document(qv_integer_key(1), NULL, rows, 6), two = document(qv_integer_key(2), NULL, rows, 3);
    two.vectors = &tokens;
    two.vectors_count = 1;
    EXPECT(QV_OK, qv_upsert(collection, &one, 1, NULL));
    EXPECT(QV_OK, qv_upsert(collection, &two, 1, NULL));

    qv_collection pinned = 0;
    EXPECT(QV_ERROR_ARGUMENT, qv_pin(collection, NULL));
    EXPECT(QV_ERROR_HANDLE, qv_pin(store, &pinned));
    EXPECT(QV_OK, qv_pin(collection, &pinned));
    EXPECT(QV_OK, qv_delete(collection, &one.key, 1, NULL));
    EXPECT(QV_ERROR_READ_ONLY, qv_delete(pinned, &one.key, 1, NULL));
    uint64_t count = 0;
    EXPECT(QV_OK, qv_count(pinned, NULL, &count));
    CHECK(count == 2);

    EXPECT(QV_OK, qv_row_count(pinned, "", &count));
    CHECK(count == 3);
    EXPECT(QV_OK, qv_row_count(pinned, "tokens", &count));
    CHECK(count == 2);
    EXPECT(QV_ERROR_CONFIGURATION, qv_row_count(pinned, NULL, &count));
    EXPECT(QV_ERROR_NOT_FOUND, qv_row_count(pinned, "x", &count));
    EXPECT(QV_ERROR_ARGUMENT, qv_row_count(pinned, "", NULL));
    qv_key keys[3] = {qv_integer_key(2), qv_integer_key(3), qv_integer_key(1)};
    qv_range ranges[3];
    EXPECT(QV_OK, qv_row_numbers(pinned, "", keys, 3, ranges));
    CHECK(ranges[0].start == 2 && ranges[0].end == 3);
    CHECK(ranges[1].start == QV_NO_ROW && ranges[1].end == QV_NO_ROW);
    CHECK(ranges[2].start == 0 && ranges[2].end == 2);
    EXPECT(QV_OK, qv_row_numbers(pinned, "", NULL, 0, NULL));
    EXPECT(QV_ERROR_NOT_FOUND, qv_row_numbers(pinned, "x", NULL, 0, NULL));
    EXPECT(QV_ERROR_ARGUMENT, qv_row_numbers(pinned, "", keys, 3, NULL));
    EXPECT(QV_ERROR_ARGUMENT, qv_row_numbers(pinned, "", NULL, 3, ranges));
    EXPECT(QV_OK, qv_close_collection(pinned));

    STRUCT(qv_statistics, statistics);
    EXPECT(QV_OK, qv_seal(collection, NULL));
    EXPECT(QV_OK, qv_collection_statistics(collection, &statistics));
    CHECK(statistics.vector_byte_count > 0 && statistics.key_byte_count > 0 && statistics.manifest_byte_count > 0);
    CHECK(statistics.byte_count ==
          statistics.vector_byte_count + statistics.row_column_byte_count + statistics.text_byte_count +
              statistics.field_byte_count + statistics.index_byte_count + statistics.field_index_byte_count +
              statistics.text_index_byte_count + statistics.key_byte_count + statistics.manifest_byte_count +
              statistics.tail_byte_count);
    /* As a program of before has it. */
    statistics.struct_size = 72;
    statistics.vector_byte_count = 12345;
    EXPECT(QV_OK, qv_collection_statistics(collection, &statistics));
    CHECK(statistics.struct_size == 72 && statistics.vector_byte_count == 12345);
}

int main(int count, char **arguments) {
    CHECK(count == 2);
    qv_store store = open_store(in_folder(arguments[1], "store"), QV_OPEN_CREATE);
    qv_names names = 0;
    EXPECT(QV_ERROR_ARGUMENT, qv_collection_names(store, NULL));
    EXPECT(QV_ERROR_HANDLE, qv_collection_names(0, &names));
    EXPECT(QV_OK, qv_collection_names(store, &names));
    CHECK(names_are(names, NULL, 0));
    qv_collection collection = create(store);
    EXPECT(QV_OK, qv_close_collection(create_collection(store, "a", 1, QV_METRIC_L2)));
    const char *const collections[2] = {"c", "a"};
    EXPECT(QV_OK, qv_collection_names(store, &names));
    CHECK(names_are(names, collections, 2));
    read_back(collection);

    EXPECT(QV_OK, qv_create_snapshot(store, "two"));
    EXPECT(QV_OK, qv_create_snapshot(store, "one"));
    const char *const snapshots[2] = {"one", "two"};
    EXPECT(QV_ERROR_ARGUMENT, qv_snapshot_names(store, NULL));
    EXPECT(QV_OK, qv_snapshot_names(store, &names));
    CHECK(names_are(names, snapshots, 2));
    STRUCT(qv_snapshot_report, report);
    EXPECT(QV_OK, qv_describe_snapshot(store, "one", &report));
    CHECK(report.created_seconds > 1600000000 && report.created_nanoseconds < 1000000000);
    EXPECT(QV_ERROR_NOT_FOUND, qv_describe_snapshot(store, "three", &report));
    EXPECT(QV_ERROR_ARGUMENT, qv_describe_snapshot(store, NULL, &report));
    EXPECT(QV_ERROR_ARGUMENT, qv_describe_snapshot(store, "one", NULL));

    qv_collection fixed = 0;
    EXPECT(QV_OK, qv_open_snapshot(store, "one", "c", &fixed));
    change(collection);
    read_back(fixed);
    EXPECT(QV_ERROR_READ_ONLY, qv_drop_field(fixed, "year"));
    EXPECT(QV_ERROR_READ_ONLY, qv_set_text_fields(fixed, NULL, 0));
    EXPECT(QV_ERROR_HANDLE, qv_set_index(store, "", "graph"));
    pin(store, collection);
    EXPECT(QV_OK, qv_close_collection(fixed));
    EXPECT(QV_OK, qv_close_collection(collection));
    EXPECT(QV_ERROR_HANDLE, qv_drop_field(collection, "year"));
    EXPECT(QV_OK, qv_close(store));
    return 0;
}
