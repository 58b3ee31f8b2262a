/* Metadata of every type, several vector fields with rows and columns, conditional writes, filters and scans. */

#include "check.h"
#include <math.h>

static qv_field field(const char *name, uint32_t type) {
    STRUCT(qv_field, made);
    made.name = name;
    made.type = type;
    return made;
}

static qv_field integer_field(const char *name, int64_t integer) {
    qv_field made = field(name, QV_FIELD_INT64);
    made.integer = integer;
    return made;
}

static qv_row_column column(const char *name, uint32_t type, const void *numbers, uint64_t count) {
    qv_row_column made;
    memset(&made, 0, sizeof made);
    made.name = name;
    made.type = type;
    made.numbers = numbers;
    made.count = count;
    return made;
}

#define LAST_TYPE QV_FIELD_SPARSE

static const char *const names[LAST_TYPE + 1] = {"",        "string", "int64",  "double", "bool", "timestamp",
                                                 "strings", "bytes",  "int32s", "sparse"};

/* A field of every type, named by it, and the vector fields "" (2 numbers) and "tokens" (3, optional, with columns). */
static qv_collection create_with_all_types(qv_store store) {
    qv_field fields[LAST_TYPE];
    for (uint32_t type = 1; type <= LAST_TYPE; type++) fields[type - 1] = field(names[type], type);
    qv_row_column columns[2] = {column("id", QV_COLUMN_INT64, NULL, 0), column("weight", QV_COLUMN_FLOAT32, NULL, 0)};
    STRUCT(qv_vector_field, tokens);
    tokens.name = "tokens";
    tokens.dimension = 3;
    tokens.metric = QV_METRIC_L2;
    tokens.index = "exact";
    tokens.flags = QV_VECTOR_OPTIONAL;
    tokens.columns = columns;
    tokens.column_count = 2;
    STRUCT(qv_collection_options, options);
    options.dimension = 2;
    options.metric = QV_METRIC_L2;
    options.vector_fields = &tokens;
    options.vector_field_count = 1;
    options.fields = fields;
    options.field_count = LAST_TYPE;
    qv_collection collection = 0;
    EXPECT(QV_OK, qv_create_collection(store, "all", &options, &collection));
    return collection;
}

static const float flat[2] = {1, 2};
static const float token_rows[6] = {1, 0, 0, 0, 1, 0};
static const int64_t ids[2] = {INT64_MAX, INT64_MIN};
static const float weights[2] = {0.5f, -0.25f};
static const int32_t int32s[2] = {INT32_MIN, 7};
static const uint32_t indices[2] = {9, UINT32_MAX};
static const float values[2] = {0.5f, 3};

static void write_all_types(qv_collection collection) {
    qv_string strings[2] = {{"a", 1}, {NULL, 0}};
    qv_field fields[LAST_TYPE];
    for (uint32_t type = 1; type <= LAST_TYPE; type++) fields[type - 1] = field(names[type], type);
    fields[0].bytes = "\xc3\xa9\0x";
    fields[0].length = 4;
    fields[1].integer = INT64_MIN;
    fields[2].number = 0.1;
    fields[3].integer = 1;
    fields[4].integer = -1;
    fields[4].nanoseconds = 999999999;
    fields[5].strings = strings;
    fields[5].length = 2;
    fields[6].bytes = "\x00\xff";
    fields[6].length = 2;
    fields[7].integers = int32s;
    fields[7].length = 2;
    fields[8].indices = indices;
    fields[8].values = values;
    fields[8].length = 2;
    qv_row_column columns[2] = {column("id", QV_COLUMN_INT64, ids, 2), column("weight", QV_COLUMN_FLOAT32, weights, 2)};
    STRUCT(qv_vectors, vectors);
    vectors.field = "tokens";
    vectors.numbers = token_rows;
    vectors.number_count = 6;
    vectors.columns = columns;
    vectors.column_count = 2;
    qv_document made = document(qv_string_key("all"), "text", flat, 2);
    made.vectors = &vectors;
    made.vectors_count = 1;
    made.fields = fields;
    made.field_count = LAST_TYPE;
    EXPECT(QV_OK, qv_insert(collection, &made, 1, NULL));
    EXPECT(QV_ERROR_EXISTS, qv_insert(collection, &made, 1, NULL));
    qv_document bare = document(qv_integer_key(7), NULL, flat, 2);
    EXPECT(QV_OK, qv_insert(collection, &bare, 1, NULL));
}

static void read_all_types(qv_collection collection) {
    qv_key key = qv_string_key("all");
    qv_documents documents = 0;
    uint32_t all = QV_WITH_TEXT | QV_WITH_VECTOR | QV_WITH_FIELDS | QV_WITH_COLUMNS;
    EXPECT(QV_OK, qv_get(collection, &key, 1, all, &documents));
    STRUCT(qv_stored_document, found);
    EXPECT(QV_OK, qv_documents_item(documents, 0, &found));
    CHECK(found.found && found.vector_count == 2 && memcmp(found.vector, flat, sizeof flat) == 0);
    CHECK(found.vectors_count == 2 && found.field_count == LAST_TYPE);

    STRUCT(qv_vectors, vectors);
    EXPECT(QV_OK, qv_documents_vectors(documents, 0, 0, &vectors));
    CHECK(strcmp(vectors.field, "") == 0 && vectors.number_count == 2 && vectors.column_count == 0);
    EXPECT(QV_OK, qv_documents_vectors(documents, 0, 1, &vectors));
    CHECK(strcmp(vectors.field, "tokens") == 0 && vectors.number_count == 6 && vectors.column_count == 2);
    CHECK(memcmp(vectors.numbers, token_rows, sizeof token_rows) == 0);
    CHECK(strcmp(vectors.columns[0].name, "id") == 0 && vectors.columns[0].type == QV_COLUMN_INT64);
    CHECK(vectors.columns[0].count == 2 && memcmp(vectors.columns[0].numbers, ids, sizeof ids) == 0);
    CHECK(vectors.columns[1].count == 2 && memcmp(vectors.columns[1].numbers, weights, sizeof weights) == 0);
    EXPECT(QV_ERROR_ARGUMENT, qv_documents_vectors(documents, 0, 2, &vectors));
    EXPECT(QV_ERROR_ARGUMENT, qv_documents_vectors(documents, 1, 0, &vectors));

    STRUCT(qv_field, value);
    for (uint32_t type = 1; type <= LAST_TYPE; type++) {
        EXPECT(QV_OK, qv_documents_field(documents, 0, type - 1, &value));
        CHECK(value.type == type && strcmp(value.name, names[type]) == 0);
        switch (type) {
        case QV_FIELD_STRING: CHECK(value.length == 4 && memcmp(value.bytes, "\xc3\xa9\0x", 5) == 0); break;
        case QV_FIELD_INT64: CHECK(value.integer == INT64_MIN); break;
        case QV_FIELD_DOUBLE: CHECK(value.number == 0.1); break;
        case QV_FIELD_BOOL: CHECK(value.integer == 1); break;
        case QV_FIELD_TIMESTAMP: CHECK(value.integer == -1 && value.nanoseconds == 999999999); break;
        case QV_FIELD_STRINGS:
            CHECK(value.length == 2 && value.strings[0].length == 1 && strcmp(value.strings[0].bytes, "a") == 0);
            CHECK(value.strings[1].length == 0 && strcmp(value.strings[1].bytes, "") == 0);
            break;
        case QV_FIELD_BYTES: CHECK(value.length == 2 && memcmp(value.bytes, "\x00\xff", 2) == 0); break;
        case QV_FIELD_INT32S: CHECK(value.length == 2 && memcmp(value.integers, int32s, sizeof int32s) == 0); break;
        default:
            CHECK(value.length == 2 && memcmp(value.indices, indices, sizeof indices) == 0);
            CHECK(memcmp(value.values, values, sizeof values) == 0);
            break;
        }
    }
    EXPECT(QV_ERROR_ARGUMENT, qv_documents_field(documents, 0, LAST_TYPE, &value));
    EXPECT(QV_ERROR_ARGUMENT, qv_documents_field(documents, 0, 0, NULL));
    EXPECT(QV_OK, qv_documents_free(documents));
}

static void search_tokens(qv_collection collection) {
    const float query[3] = {0, 1, 0};
    STRUCT(qv_search_options, options);
    options.k = 5;
    qv_results results = 0;
    EXPECT(QV_ERROR_CONFIGURATION, qv_search(collection, query, 1, 3, &options, &results)); /* which one? */
    options.vector_field = "nothing";
    EXPECT(QV_ERROR_NOT_FOUND, qv_search(collection, query, 1, 3, &options, &results));
    options.vector_field = "tokens";
    EXPECT(QV_ERROR_VECTOR, qv_search(collection, query, 1, 2, &options, &results));
    options.contents = QV_WITH_FIELDS | QV_WITH_COLUMNS;
    EXPECT(QV_OK, qv_search(collection, query, 1, 3, &options, &results));
    STRUCT(qv_hit, hit);
    EXPECT(QV_OK, qv_results_hit(results, 0, 0, &hit));
    CHECK(key_is(hit.key, "all") && hit.row == 1 && hit.score == 0 && hit.version > 0);
    CHECK(hit.field_count == LAST_TYPE && hit.column_count == 2 && hit.columns[0].count == 1);
    CHECK(*(const int64_t *)hit.columns[0].numbers == INT64_MIN);
    STRUCT(qv_field, value);
    EXPECT(QV_OK, qv_results_field(results, 0, 0, 1, &value));
    CHECK(value.type == QV_FIELD_INT64 && value.integer == INT64_MIN);
    EXPECT(QV_ERROR_ARGUMENT, qv_results_field(results, 0, 0, LAST_TYPE, &value));
    EXPECT(QV_ERROR_ARGUMENT, qv_results_field(results, 0, 9, 0, &value));
    EXPECT(QV_OK, qv_results_free(results));
}

static uint64_t version_of(qv_collection collection, qv_key key) {
    qv_documents documents = 0;
    STRUCT(qv_stored_document, found);
    EXPECT(QV_OK, qv_get(collection, &key, 1, 0, &documents));
    EXPECT(QV_OK, qv_documents_item(documents, 0, &found));
    EXPECT(QV_OK, qv_documents_free(documents));
    return found.version;
}

static void update_and_compare(qv_collection collection) {
    qv_field five = integer_field("int64", 5);
    const char *removed[1] = {"bool"};
    STRUCT(qv_field_update, update);
    update.key = qv_string_key("all");
    update.fields = &five;
    update.field_count = 1;
    update.removed = removed;
    update.removed_count = 1;
    update.flags = QV_EXPECT_VERSION;
    update.expected_version = 999;
    EXPECT(QV_ERROR_CONFLICT, qv_update(collection, &update, 1, NULL));
    update.expected_version = version_of(collection, update.key);
    STRUCT(qv_receipt, receipt);
    EXPECT(QV_OK, qv_update(collection, &update, 1, &receipt));
    CHECK(receipt.updated_count == 1 && version_of(collection, update.key) == receipt.commit);
    EXPECT(QV_ERROR_CONFLICT, qv_update(collection, &update, 1, NULL));
    update.flags = 0;
    EXPECT(QV_ERROR_ARGUMENT, qv_update(collection, &update, 1, NULL)); /* a version without its flag */
    update.expected_version = 0;
    update.key = qv_string_key("nowhere");
    EXPECT(QV_ERROR_NOT_FOUND, qv_update(collection, &update, 1, NULL));

    qv_document made = document(qv_integer_key(7), "seven", flat, 2);
    made.flags = QV_EXPECT_VERSION;
    made.expected_version = 999;
    EXPECT(QV_ERROR_CONFLICT, qv_upsert(collection, &made, 1, NULL));
    EXPECT(QV_ERROR_ARGUMENT, qv_insert(collection, &made, 1, NULL));
    made.expected_version = version_of(collection, made.key);
    EXPECT(QV_OK, qv_upsert(collection, &made, 1, NULL));
    made.flags = 2;
    EXPECT(QV_ERROR_ARGUMENT, qv_upsert(collection, &made, 1, NULL));
}

static uint64_t scan_count(qv_collection collection, const char *filter, const qv_key *after, uint64_t limit) {
    STRUCT(qv_scan_options, options);
    options.filter = filter;
    options.after = after;
    options.limit = limit;
    options.contents = QV_WITH_FIELDS;
    qv_documents documents = 0;
    uint64_t count = 0;
    EXPECT(QV_OK, qv_scan(collection, &options, &documents));
    EXPECT(QV_OK, qv_documents_count(documents, &count));
    STRUCT(qv_stored_document, found);
    for (uint64_t i = 0; i < count; i++) {
        EXPECT(QV_OK, qv_documents_item(documents, i, &found));
        CHECK(found.found && found.vectors_count == 0 && found.text == NULL);
    }
    EXPECT(QV_OK, qv_documents_free(documents));
    return count;
}

static void scan_and_delete(qv_collection collection) {
    qv_document documents[20];
    qv_field years[20];
    for (uint64_t i = 0; i < 20; i++) {
        years[i] = integer_field("int64", 2000 + (int64_t)i);
        documents[i] = document(qv_integer_key(100 + i), NULL, flat, 2);
        documents[i].fields = &years[i];
        documents[i].field_count = 1;
    }
    EXPECT(QV_OK, qv_insert(collection, documents, 20, NULL));
    qv_key after = qv_integer_key(109);
    CHECK(scan_count(collection, NULL, NULL, 0) == 22);
    CHECK(scan_count(collection, NULL, &after, 0) == 11); /* ten, and the string key */
    CHECK(scan_count(collection, "int64 >= 2015", NULL, 3) == 3);
    CHECK(scan_count(collection, "int64 >= 2015", &after, UINT64_MAX) == 5);
    uint64_t count = 0;
    EXPECT(QV_OK, qv_count(collection, "int64 < 2010", &count));
    CHECK(count == 11); /* with "all", whose field is 5 */
    EXPECT(QV_OK, qv_count(collection, NULL, &count));
    CHECK(count == 22);

    qv_documents none = 42;
    STRUCT(qv_scan_options, options);
    options.filter = "int64 >";
    EXPECT(QV_ERROR_SEARCH, qv_scan(collection, &options, &none));
    options.filter = "year > 1";
    EXPECT(QV_ERROR_NOT_FOUND, qv_scan(collection, &options, &none));
    options.filter = "\xff";
    EXPECT(QV_ERROR_ARGUMENT, qv_scan(collection, &options, &none));
    options.filter = NULL;
    options.contents = 16;
    EXPECT(QV_ERROR_ARGUMENT, qv_scan(collection, &options, &none));
    CHECK(none == 42);
    EXPECT(QV_ERROR_ARGUMENT, qv_delete_where(collection, NULL, NULL));
    EXPECT(QV_ERROR_SEARCH, qv_delete_where(collection, "", NULL));
    STRUCT(qv_receipt, receipt);
    EXPECT(QV_OK, qv_delete_where(collection, "int64 >= 2000 and int64 != 2003", &receipt));
    CHECK(receipt.deleted_count == 19);
    CHECK(scan_count(collection, NULL, NULL, 0) == 3);
}

static void hostile_fields(qv_collection collection) {
    qv_document made = document(qv_string_key("bad"), NULL, flat, 2);
    qv_field value = integer_field("int64", 1);
    made.fields = &value;
    made.field_count = UINT64_MAX;
    EXPECT(QV_ERROR_ARGUMENT, qv_upsert(collection, &made, 1, NULL));
    made.field_count = 1;
    value.name = NULL;
    EXPECT(QV_ERROR_ARGUMENT, qv_upsert(collection, &made, 1, NULL));
    value.name = "nothing";
    EXPECT(QV_ERROR_NOT_FOUND, qv_upsert(collection, &made, 1, NULL));
    value.name = "string";
    EXPECT(QV_ERROR_FIELD, qv_upsert(collection, &made, 1, NULL));
    value.type = QV_FIELD_STRING;
    value.length = 3;
    EXPECT(QV_ERROR_ARGUMENT, qv_upsert(collection, &made, 1, NULL)); /* at NULL */
    value.bytes = "\xff\xff\xff";
    EXPECT(QV_ERROR_ARGUMENT, qv_upsert(collection, &made, 1, NULL));
    value.type = 9;
    EXPECT(QV_ERROR_ARGUMENT, qv_upsert(collection, &made, 1, NULL));
    value = field("bool", QV_FIELD_BOOL);
    value.integer = 2;
    EXPECT(QV_ERROR_ARGUMENT, qv_upsert(collection, &made, 1, NULL));
    value = field("double", QV_FIELD_DOUBLE);
    value.number = (double)NAN;
    EXPECT(QV_ERROR_FIELD, qv_upsert(collection, &made, 1, NULL));
    value = field("timestamp", QV_FIELD_TIMESTAMP);
    value.nanoseconds = 1000000000;
    EXPECT(QV_ERROR_FIELD, qv_upsert(collection, &made, 1, NULL));
    value = field("strings", QV_FIELD_STRINGS);
    qv_string broken = {"\xc0", 1};
    value.strings = &broken;
    value.length = 1;
    EXPECT(QV_ERROR_ARGUMENT, qv_upsert(collection, &made, 1, NULL));
    value.struct_size = 8;
    EXPECT(QV_ERROR_ARGUMENT, qv_upsert(collection, &made, 1, NULL));
    qv_field twice[2] = {integer_field("int64", 1), integer_field("int64", 2)};
    made.fields = twice;
    made.field_count = 2;
    EXPECT(QV_ERROR_ARGUMENT, qv_upsert(collection, &made, 1, NULL));
    made.field_count = 0;

    STRUCT(qv_vectors, vectors);
    made.vectors = &vectors;
    made.vectors_count = 1;
    vectors.numbers = token_rows;
    vectors.number_count = 3;
    EXPECT(QV_ERROR_ARGUMENT, qv_upsert(collection, &made, 1, NULL)); /* "" twice */
    vectors.field = "nothing";
    EXPECT(QV_ERROR_NOT_FOUND, qv_upsert(collection, &made, 1, NULL));
    vectors.field = "tokens";
    EXPECT(QV_ERROR_VECTOR, qv_upsert(collection, &made, 1, NULL)); /* without its columns */
    qv_row_column columns[2] = {column("id", QV_COLUMN_INT64, ids, 2), column("weight", QV_COLUMN_FLOAT32, weights, 1)};
    vectors.columns = columns;
    vectors.column_count = 2;
    EXPECT(QV_ERROR_VECTOR, qv_upsert(collection, &made, 1, NULL)); /* two numbers for one row */
    columns[0].count = 1;
    columns[0].type = QV_COLUMN_INT8;
    EXPECT(QV_ERROR_VECTOR, qv_upsert(collection, &made, 1, NULL));
    columns[0].type = 0;
    EXPECT(QV_ERROR_ARGUMENT, qv_upsert(collection, &made, 1, NULL));
    columns[0].type = QV_COLUMN_INT64;
    columns[0].numbers = NULL;
    EXPECT(QV_ERROR_ARGUMENT, qv_upsert(collection, &made, 1, NULL));
    columns[0].numbers = ids;
    columns[1].name = "id";
    EXPECT(QV_ERROR_ARGUMENT, qv_upsert(collection, &made, 1, NULL));
    columns[1].name = "weight";
    EXPECT(QV_OK, qv_upsert(collection, &made, 1, NULL));
}

static void hostile_schemas(qv_store store) {
    STRUCT(qv_collection_options, options);
    qv_field fields[2] = {field("a", QV_FIELD_BOOL), field("a", QV_FIELD_INT64)};
    options.fields = fields;
    options.field_count = 2;
    qv_collection collection = 42;
    EXPECT(QV_ERROR_CONFIGURATION, qv_create_collection(store, "x", &options, &collection));
    options.field_count = 1;
    fields[0].type = QV_FIELD_NULL;
    EXPECT(QV_ERROR_ARGUMENT, qv_create_collection(store, "x", &options, &collection));
    fields[0].type = 256 + QV_FIELD_BOOL;
    EXPECT(QV_ERROR_ARGUMENT, qv_create_collection(store, "x", &options, &collection));
    fields[0].type = QV_FIELD_BOOL;
    STRUCT(qv_vector_field, vectors);
    options.vector_fields = &vectors;
    options.vector_field_count = 1;
    EXPECT(QV_ERROR_CONFIGURATION, qv_create_collection(store, "x", &options, &collection)); /* no dimension */
    vectors.dimension = 2;
    vectors.flags = 2;
    EXPECT(QV_ERROR_ARGUMENT, qv_create_collection(store, "x", &options, &collection));
    vectors.flags = 0;
    options.dimension = 2;
    EXPECT(QV_ERROR_CONFIGURATION, qv_create_collection(store, "x", &options, &collection)); /* "" twice */
    options.dimension = 0;
    options.vector_field_count = 0;
    CHECK(collection == 42);
    EXPECT(QV_OK, qv_create_collection(store, "x", &options, &collection)); /* metadata alone */
    qv_document made = document(qv_integer_key(1), "text", NULL, 0);
    EXPECT(QV_OK, qv_insert(collection, &made, 1, NULL));
    EXPECT(QV_OK, qv_close_collection(collection));
}

int main(int argc, char **argv) {
    CHECK(argc == 2);
    const char *path = in_folder(argv[1], "store");
    qv_store store = open_store(path, QV_OPEN_CREATE);
    qv_collection collection = create_with_all_types(store);
    write_all_types(collection);
    read_all_types(collection);
    search_tokens(collection);
    EXPECT(QV_OK, qv_seal(collection, NULL));
    read_all_types(collection);
    search_tokens(collection);
    update_and_compare(collection);
    scan_and_delete(collection);
    hostile_fields(collection);
    hostile_schemas(store);
    EXPECT(QV_OK, qv_close_collection(collection));
    EXPECT(QV_OK, qv_close(store));
    EXPECT(QV_OK, qv_verify(path, NULL));
    return 0;
}
