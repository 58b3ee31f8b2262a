/* Texts: encoded, put into collections that are bound to encoders, and searched by; and what cannot be asked. */

#include "check.h"
#include "tiny_encoder.h"
#include <math.h>
#include <pthread.h>

static char folder[2048];
static char model[4096];
static char other[4096];
static char store_path[4096];

static const char *const words[] = {"abc", "a b hij", "cde fgh ij", "jihgfedcba", "bad cafe", "", "x"};
#define COUNT (sizeof words / sizeof words[0])

static qv_string string_of(const char *text) {
    qv_string string;
    string.bytes = text;
    string.length = strlen(text);
    return string;
}

static qv_encoder open_encoder(const char *path, const qv_encoder_options *options) {
    qv_encoder encoder = 0;
    EXPECT(QV_OK, qv_open_encoder(path, options, &encoder));
    CHECK(encoder != 0);
    return encoder;
}

static qv_encoder_report describe(qv_encoder encoder) {
    STRUCT(qv_encoder_report, report);
    EXPECT(QV_OK, qv_describe_encoder(encoder, &report));
    CHECK(strlen(report.identity) == 32);
    return report;
}

/* Encodes all words, to be freed. */
static qv_encoded_rows encode(qv_encoder encoder, const qv_encode_options *options, qv_encoded *encoded) {
    qv_string texts[COUNT];
    for (size_t i = 0; i < COUNT; i++) texts[i] = string_of(words[i]);
    EXPECT(QV_OK, qv_encode(encoder, texts, COUNT, options, encoded));
    STRUCT(qv_encoded_rows, rows);
    EXPECT(QV_OK, qv_encoded_array(*encoded, &rows));
    CHECK(rows.text_count == COUNT && rows.ends[0] == 0 && rows.ends[COUNT] == rows.row_count);
    return rows;
}

static int32_t stop(void *context, uint64_t completed, uint64_t total) {
    CHECK(completed <= total);
    return completed >= *(uint64_t *)context;
}

static int32_t always(void *context) {
    (void)context;
    return 1;
}

static void sentences(void) {
    qv_encoder encoder = open_encoder(model, NULL);
    qv_encoder_report report = describe(encoder);
    CHECK(report.mode == QV_ENCODER_SENTENCES && report.dimension == 12 && report.maximum_tokens == 40);
    CHECK(report.column_count == 0 && strstr(report.location, "/tiny") != NULL && report.location[0] == '/');

    qv_encoded encoded = 0, again = 0;
    qv_encoded_rows rows = encode(encoder, NULL, &encoded);
    CHECK(rows.dimension == 12 && rows.row_count == COUNT && rows.column_count == 0);
    CHECK(rows.token_counts[0] == 5 && rows.token_counts[5] == 2 && rows.token_counts[6] == 3);
    for (uint64_t i = 0; i < 12 * COUNT; i++) CHECK(isfinite(rows.rows[i]));

    /* The same rows, whatever the threads, the budget and the other texts. */
    STRUCT(qv_encode_options, options);
    options.thread_count = 2;
    options.token_budget = 3;
    options.role = QV_ROLE_QUERY;
    qv_encoded_rows same = encode(encoder, &options, &again);
    CHECK(memcmp(rows.rows, same.rows, sizeof(float) * 12 * COUNT) == 0);
    EXPECT(QV_OK, qv_encoded_free(again));
    qv_string one = string_of(words[3]);
    EXPECT(QV_OK, qv_encode(encoder, &one, 1, NULL, &again));
    EXPECT(QV_OK, qv_encoded_array(again, &same));
    CHECK(memcmp(rows.rows + 3 * 12, same.rows, sizeof(float) * 12) == 0);
    EXPECT(QV_OK, qv_encoded_free(again));
    EXPECT(QV_OK, qv_encode(encoder, NULL, 0, NULL, &again));
    EXPECT(QV_OK, qv_encoded_array(again, &same));
    CHECK(same.text_count == 0 && same.row_count == 0 && same.ends[0] == 0);
    EXPECT(QV_OK, qv_encoded_free(again));

    uint64_t limit = 0;
    options.progress = stop;
    options.context = &limit;
    EXPECT(QV_ERROR_CANCELLED, qv_encode(encoder, &one, 1, &options, &again));
    limit = UINT64_MAX;
    EXPECT(QV_OK, qv_encode(encoder, &one, 1, &options, &again));
    EXPECT(QV_OK, qv_encoded_free(again));

    /* Settings make another encoder. */
    STRUCT(qv_encoder_options, settings);
    settings.prefix_dimension = 5;
    settings.maximum_tokens = 4;
    qv_encoder shorter = open_encoder(model, &settings);
    qv_encoder_report changed = describe(shorter);
    CHECK(changed.dimension == 5 && changed.maximum_tokens == 4 && strcmp(changed.identity, report.identity) != 0);
    qv_encoded_rows cut = encode(shorter, NULL, &again);
    CHECK(cut.dimension == 5 && cut.token_counts[3] == 4);
    CHECK(memcmp(rows.rows + 5 * 12, cut.rows + 5 * 5, sizeof(float) * 5) == 0);
    EXPECT(QV_OK, qv_encoded_free(again));
    EXPECT(QV_OK, qv_close_encoder(shorter));

    /* Rows stay until they are freed, whatever becomes of the encoder. */
    EXPECT(QV_OK, qv_close_encoder(encoder));
    EXPECT(QV_ERROR_HANDLE, qv_close_encoder(encoder));
    EXPECT(QV_ERROR_HANDLE, qv_encode(encoder, &one, 1, NULL, &again));
    CHECK(isfinite(rows.rows[12 * COUNT - 1]));
    EXPECT(QV_OK, qv_encoded_free(encoded));
    EXPECT(QV_ERROR_HANDLE, qv_encoded_free(encoded));
}

static void tokens(void) {
    STRUCT(qv_encoder_options, settings);
    settings.mode = QV_ENCODER_TOKENS;
    qv_encoder encoder = open_encoder(model, &settings);
    qv_encoder_report report = describe(encoder);
    CHECK(report.mode == QV_ENCODER_TOKENS && report.dimension == 12 && report.column_count == 4);
    CHECK(strcmp(report.columns[0].name, "token") == 0 && report.columns[0].type == QV_COLUMN_INT32);

    qv_encoded encoded = 0;
    qv_encoded_rows rows = encode(encoder, NULL, &encoded);
    CHECK(rows.column_count == 4 && rows.ends[1] == 3 && rows.ends[2] == 8 && rows.ends[6] == rows.ends[5]);
    const int32_t *columns[4];
    for (int i = 0; i < 4; i++) {
        CHECK(rows.columns[i].count == rows.row_count && rows.columns[i].type == QV_COLUMN_INT32);
        columns[i] = (const int32_t *)rows.columns[i].numbers;
    }
    /* "a b hij": token, position, start and end of "b". */
    CHECK(columns[0][4] == 6 && columns[1][4] == 2 && columns[2][4] == 2 && columns[3][4] == 3);
    EXPECT(QV_OK, qv_encoded_free(encoded));

    /* Reduced to their principal components. */
    qv_string texts[COUNT];
    for (size_t i = 0; i < COUNT; i++) texts[i] = string_of(words[i]);
    char reduction[4096];
    snprintf(reduction, sizeof reduction, "%s/reduction.safetensors", folder);
    EXPECT(QV_OK, qv_train_reduction(encoder, texts, COUNT, 4, reduction, NULL));
    EXPECT(QV_ERROR_CONFIGURATION, qv_train_reduction(encoder, texts, COUNT, 0, reduction, NULL));
    EXPECT(QV_ERROR_CONFIGURATION, qv_train_reduction(encoder, texts, COUNT, 13, reduction, NULL));
    EXPECT(QV_ERROR_ARGUMENT, qv_train_reduction(encoder, texts, 0, 4, reduction, NULL));
    EXPECT(QV_ERROR_ARGUMENT, qv_train_reduction(encoder, texts, COUNT, 4, NULL, NULL));
    EXPECT(QV_ERROR_FILE, qv_train_reduction(encoder, texts, COUNT, 4, in_folder(folder, "none/file"), NULL));
    EXPECT(QV_OK, qv_close_encoder(encoder));
    settings.reduction = reduction;
    settings.flags = QV_ENCODER_SPECIAL_TOKENS;
    encoder = open_encoder(model, &settings);
    CHECK(describe(encoder).dimension == 4);
    rows = encode(encoder, NULL, &encoded);
    CHECK(rows.dimension == 4 && rows.ends[1] == 5 && rows.ends[6] == rows.ends[5] + 2);
    EXPECT(QV_OK, qv_encoded_free(encoded));
    EXPECT(QV_ERROR_CONFIGURATION, qv_train_reduction(encoder, texts, COUNT, 2, reduction, NULL));
    EXPECT(QV_OK, qv_close_encoder(encoder));
}

static void hostile_encoders(void) {
    qv_encoder encoder = 42;
    EXPECT(QV_ERROR_ARGUMENT, qv_open_encoder(NULL, NULL, &encoder));
    EXPECT(QV_ERROR_ARGUMENT, qv_open_encoder("\xff", NULL, &encoder));
    EXPECT(QV_ERROR_ARGUMENT, qv_open_encoder(model, NULL, NULL));
    EXPECT(QV_ERROR_ENCODER, qv_open_encoder("", NULL, &encoder));
    EXPECT(QV_ERROR_ENCODER, qv_open_encoder(folder, NULL, &encoder));
    EXPECT(QV_ERROR_ENCODER, qv_open_encoder(in_folder(folder, "missing"), NULL, &encoder));
    struct {
        qv_encoder_options known;
        uint64_t newer;
    } larger;
    memset(&larger, 0, sizeof larger);
    for (uint32_t size = 0; size < sizeof larger.known; size++) {
        larger.known.struct_size = size;
        EXPECT(QV_ERROR_ARGUMENT, qv_open_encoder(model, &larger.known, &encoder));
    }
    larger.known.struct_size = sizeof larger;
    larger.newer = 1;
    EXPECT(QV_ERROR_ARGUMENT, qv_open_encoder(model, &larger.known, &encoder));
    STRUCT(qv_encoder_options, options);
    options.mode = 2;
    EXPECT(QV_ERROR_ARGUMENT, qv_open_encoder(model, &options, &encoder));
    options.mode = 0;
    options.flags = 2;
    EXPECT(QV_ERROR_ARGUMENT, qv_open_encoder(model, &options, &encoder));
    options.flags = QV_ENCODER_SPECIAL_TOKENS;
    EXPECT(QV_ERROR_CONFIGURATION, qv_open_encoder(model, &options, &encoder));
    options.flags = 0;
    options.reduction = model;
    EXPECT(QV_ERROR_CONFIGURATION, qv_open_encoder(model, &options, &encoder));
    options.mode = QV_ENCODER_TOKENS;
    EXPECT(QV_ERROR_ENCODER, qv_open_encoder(model, &options, &encoder));
    options.reduction = NULL;
    options.prefix_dimension = 13;
    EXPECT(QV_ERROR_CONFIGURATION, qv_open_encoder(model, &options, &encoder));
    options.prefix_dimension = UINT32_MAX;
    EXPECT(QV_ERROR_CONFIGURATION, qv_open_encoder(model, &options, &encoder));
    options.prefix_dimension = 0;
    options.maximum_tokens = 1;
    EXPECT(QV_ERROR_CONFIGURATION, qv_open_encoder(model, &options, &encoder));
    CHECK(encoder == 42);

    qv_encoder good = open_encoder(model, NULL);
    STRUCT(qv_encoder_report, report);
    EXPECT(QV_ERROR_ARGUMENT, qv_describe_encoder(good, NULL));
    EXPECT(QV_ERROR_HANDLE, qv_describe_encoder(0, &report));
    report.struct_size = 8;
    EXPECT(QV_ERROR_ARGUMENT, qv_describe_encoder(good, &report));
    qv_encoded encoded = 42;
    qv_string text = string_of("abc");
    EXPECT(QV_ERROR_ARGUMENT, qv_encode(good, NULL, 1, NULL, &encoded));
    EXPECT(QV_ERROR_ARGUMENT, qv_encode(good, &text, 1, NULL, NULL));
    EXPECT(QV_ERROR_ARGUMENT, qv_encode(good, &text, UINT64_MAX, NULL, &encoded));
    text.length = UINT64_MAX;
    EXPECT(QV_ERROR_TOO_LARGE, qv_encode(good, &text, 1, NULL, &encoded));
    text.bytes = NULL;
    text.length = 1;
    EXPECT(QV_ERROR_ARGUMENT, qv_encode(good, &text, 1, NULL, &encoded));
    text = string_of("\xc3\x28");
    EXPECT(QV_ERROR_ARGUMENT, qv_encode(good, &text, 1, NULL, &encoded));
    text = string_of("abc");
    STRUCT(qv_encode_options, how);
    how.role = 2;
    EXPECT(QV_ERROR_ARGUMENT, qv_encode(good, &text, 1, &how, &encoded));
    how.role = 0;
    how.thread_count = UINT32_MAX;
    EXPECT(QV_ERROR_ARGUMENT, qv_encode(good, &text, 1, &how, &encoded));
    how.thread_count = 0;
    how.token_budget = UINT64_MAX;
    EXPECT(QV_OK, qv_encode(good, &text, 1, &how, &encoded));
    STRUCT(qv_encoded_rows, rows);
    EXPECT(QV_ERROR_ARGUMENT, qv_encoded_array(encoded, NULL));
    EXPECT(QV_ERROR_HANDLE, qv_encoded_array(good, &rows));
    EXPECT(QV_ERROR_HANDLE, qv_encode(encoded, &text, 1, NULL, &encoded));
    EXPECT(QV_ERROR_CONFIGURATION, qv_train_reduction(good, &text, 1, 2, in_folder(folder, "no"), NULL));
    EXPECT(QV_OK, qv_encoded_free(encoded));
    EXPECT(QV_OK, qv_close_encoder(good));
}

static qv_collection make_collection(qv_store store, const char *name, qv_encoder encoder) {
    STRUCT(qv_collection_options, options);
    options.encoder = encoder;
    qv_collection collection = 0;
    EXPECT(QV_OK, qv_create_collection(store, name, &options, &collection));
    return collection;
}

static qv_document of_text(uint64_t key, const char *text) { return document(qv_integer_key(key), text, NULL, 0); }

/* The key of what is nearest to a text. */
static uint64_t nearest(qv_collection collection, const char *text, qv_encoder encoder, float *score) {
    STRUCT(qv_source, source);
    source.text = text;
    source.text_length = strlen(text);
    source.encoder = encoder;
    STRUCT(qv_query, query);
    query.sources = &source;
    query.source_count = 1;
    STRUCT(qv_search_options, options);
    options.k = 1;
    qv_results results = 0;
    EXPECT(QV_OK, qv_search_queries(collection, &query, 1, &options, &results));
    STRUCT(qv_hit, hit);
    EXPECT(QV_OK, qv_results_hit(results, 0, 0, &hit));
    if (score) *score = hit.score;
    EXPECT(QV_OK, qv_results_free(results));
    return hit.key.integer;
}

static void putting(qv_store store) {
    qv_encoder encoder = open_encoder(model, NULL);
    qv_collection collection = make_collection(store, "texts", encoder);
    qv_schema schema = 0;
    const char *identity = NULL, *location = NULL;
    EXPECT(QV_OK, qv_collection_schema(collection, &schema));
    EXPECT(QV_OK, qv_schema_encoder(schema, 0, &identity, &location));
    CHECK(strcmp(identity, describe(encoder).identity) == 0 && strcmp(location, describe(encoder).location) == 0);
    EXPECT(QV_OK, qv_schema_encoder(schema, 0, NULL, NULL));
    EXPECT(QV_ERROR_ARGUMENT, qv_schema_encoder(schema, 1, &identity, &location));
    STRUCT(qv_vector_field, field);
    EXPECT(QV_OK, qv_schema_vector_field(schema, 0, &field));
    CHECK(field.dimension == 12);
    EXPECT(QV_OK, qv_schema_free(schema));

    /* What brings a vector keeps it. */
    qv_document documents[COUNT + 1];
    for (size_t i = 0; i < COUNT; i++) documents[i] = of_text(i, words[i]);
    float own[12] = {1};
    documents[COUNT] = document(qv_integer_key(COUNT), words[0], own, 12);
    STRUCT(qv_receipt, receipt);
    EXPECT(QV_ERROR_VECTOR, qv_upsert(collection, documents, 1, &receipt));
    EXPECT(QV_OK, qv_put(collection, documents, COUNT + 1, NULL, &receipt));
    CHECK(receipt.inserted_count == COUNT + 1 && receipt.commit == 1);
    qv_encoded encoded = 0;
    qv_encoded_rows rows = encode(encoder, NULL, &encoded);
    for (uint64_t i = 0; i <= COUNT; i++) {
        qv_documents found = 0;
        qv_key key = qv_integer_key(i);
        STRUCT(qv_stored_document, stored);
        EXPECT(QV_OK, qv_get(collection, &key, 1, QV_WITH_VECTOR, &found));
        EXPECT(QV_OK, qv_documents_item(found, 0, &stored));
        CHECK(stored.vector_count == 12);
        CHECK(memcmp(stored.vector, i < COUNT ? rows.rows + 12 * i : own, sizeof own) == 0);
        EXPECT(QV_OK, qv_documents_free(found));
    }
    EXPECT(QV_OK, qv_encoded_free(encoded));

    STRUCT(qv_put_options, options);
    options.flags = QV_PUT_INSERT;
    EXPECT(QV_ERROR_EXISTS, qv_put(collection, documents, 1, &options, NULL));
    options.flags = 0;
    documents[0].flags = QV_EXPECT_VERSION;
    documents[0].expected_version = 7;
    EXPECT(QV_ERROR_CONFLICT, qv_put(collection, documents, 1, &options, NULL));
    documents[0].expected_version = 1;
    EXPECT(QV_OK, qv_put(collection, documents, 1, &options, &receipt));
    CHECK(receipt.replaced_count == 1 && receipt.commit == 2);
    EXPECT(QV_OK, qv_put(collection, NULL, 0, NULL, &receipt));

    /* In batches, of which those before a cancellation stay. */
    static qv_document many[1500];
    for (uint64_t i = 0; i < 1500; i++) many[i] = of_text(1000 + i, words[i % 5]);
    uint64_t limit = 650; /* beyond what is encoded together */
    options.batch_count = 100;
    options.thread_count = 2;
    options.progress = stop;
    options.context = &limit;
    EXPECT(QV_ERROR_CANCELLED, qv_put(collection, many, 1500, &options, &receipt));
    uint64_t count = 0;
    EXPECT(QV_OK, qv_count(collection, NULL, &count));
    CHECK(receipt.inserted_count > 0 && receipt.inserted_count < 1500 && receipt.inserted_count % 100 == 0);
    CHECK(count == COUNT + 1 + receipt.inserted_count);
    limit = 0;
    EXPECT(QV_ERROR_CANCELLED, qv_put(collection, many, 1, &options, &receipt));
    CHECK(receipt.inserted_count == 0);
    limit = UINT64_MAX;
    options.batch_count = UINT64_MAX;
    EXPECT(QV_OK, qv_put(collection, many, 1500, &options, &receipt));
    EXPECT(QV_OK, qv_count(collection, NULL, &count));
    CHECK(count == COUNT + 1 + 1500);
    qv_key gone[1500];
    for (uint64_t i = 0; i < 1500; i++) gone[i] = qv_integer_key(1000 + i);
    EXPECT(QV_OK, qv_delete(collection, gone, 1500, NULL));
    EXPECT(QV_OK, qv_close_encoder(encoder));

    float score = 0;
    for (uint64_t i = 0; i < COUNT; i++) {
        CHECK(nearest(collection, words[i], 0, &score) == i && score > 0.999f);
    }
    EXPECT(QV_OK, qv_close_collection(collection));
}

/* A collection of another run, whose encoder is opened when a text needs it, wherever that is by now. */
static void searching(qv_store store) {
    qv_collection collection = 0, pinned = 0, again = 0;
    EXPECT(QV_OK, qv_open_collection(store, "texts", &collection));
    EXPECT(QV_OK, qv_pin(collection, &pinned));
    CHECK(nearest(pinned, "bad cafe", 0, NULL) == 4);
    qv_encoder held = 0, wrong = open_encoder(other, NULL);
    EXPECT(QV_OK, qv_open_collection_encoder(pinned, NULL, NULL, &held));
    CHECK(nearest(collection, "jihgfedcba", held, NULL) == 3);

    qv_source sources[2];
    memset(sources, 0, sizeof sources);
    sources[0].struct_size = sources[1].struct_size = sizeof sources[0];
    sources[0].text = sources[1].match = "abc";
    sources[0].text_length = 3;
    STRUCT(qv_query, query);
    query.sources = sources;
    query.source_count = 2;
    STRUCT(qv_search_options, options);
    options.k = 3;
    qv_results results = 0;
    EXPECT(QV_OK, qv_search_queries(collection, &query, 1, &options, &results));
    STRUCT(qv_hit, hit);
    EXPECT(QV_OK, qv_results_hit(results, 0, 0, &hit));
    CHECK(hit.key.integer == 0);
    EXPECT(QV_OK, qv_results_free(results));

    query.source_count = 1;
    results = 42;
    sources[0].encoder = wrong;
    EXPECT(QV_ERROR_ENCODER, qv_search_queries(collection, &query, 1, &options, &results));
    sources[0].encoder = collection;
    EXPECT(QV_ERROR_HANDLE, qv_search_queries(collection, &query, 1, &options, &results));
    sources[0].encoder = 0;
    sources[0].match = "abc";
    EXPECT(QV_ERROR_ARGUMENT, qv_search_queries(collection, &query, 1, &options, &results));
    sources[0].match = NULL;
    qv_key like = qv_integer_key(1);
    sources[0].like = &like;
    sources[0].like_count = 1;
    EXPECT(QV_ERROR_ARGUMENT, qv_search_queries(collection, &query, 1, &options, &results));
    sources[0].like_count = 0;
    sources[0].text = "\xff";
    EXPECT(QV_ERROR_ARGUMENT, qv_search_queries(collection, &query, 1, &options, &results));
    sources[0].text_length = UINT64_MAX;
    EXPECT(QV_ERROR_TOO_LARGE, qv_search_queries(collection, &query, 1, &options, &results));
    sources[0].text = NULL;
    EXPECT(QV_ERROR_ARGUMENT, qv_search_queries(collection, &query, 1, &options, &results));
    sources[0].text_length = 3;
    sources[0].text = "abc";
    sources[0].vector_field = "none";
    EXPECT(QV_ERROR_NOT_FOUND, qv_search_queries(collection, &query, 1, &options, &results));
    sources[0].vector_field = NULL;
    options.timeout_nanoseconds = 1;
    EXPECT(QV_ERROR_DEADLINE, qv_search_queries(collection, &query, 1, &options, &results));
    options.timeout_nanoseconds = 0;
    options.cancelled = always;
    EXPECT(QV_ERROR_CANCELLED, qv_search_queries(collection, &query, 1, &options, &results));
    options.cancelled = NULL;
    CHECK(results == 42);

    /* Handles that have it open do not look for it again; others say where it was. */
    char moved[4096];
    snprintf(moved, sizeof moved, "%s/moved", folder);
    CHECK(rename(model, moved) == 0);
    CHECK(nearest(collection, "a b hij", 0, NULL) == 1);
    EXPECT(QV_OK, qv_open_collection(store, "texts", &again));
    EXPECT(QV_ERROR_ENCODER, qv_search_queries(again, &query, 1, &options, &results));
    CHECK(strstr(qv_error_message(), "/tiny") != NULL);
    qv_document made = of_text(7000, "abc");
    EXPECT(QV_ERROR_ENCODER, qv_put(again, &made, 1, NULL, NULL));
    qv_encoder found = 0;
    EXPECT(QV_ERROR_ENCODER, qv_open_collection_encoder(again, NULL, NULL, &found));
    EXPECT(QV_ERROR_ENCODER, qv_open_collection_encoder(again, NULL, other, &found));
    EXPECT(QV_ERROR_NOT_FOUND, qv_open_collection_encoder(again, "none", moved, &found));
    EXPECT(QV_ERROR_ARGUMENT, qv_open_collection_encoder(again, NULL, moved, NULL));
    CHECK(found == 0);
    EXPECT(QV_OK, qv_open_collection_encoder(again, NULL, moved, &found));
    CHECK(nearest(again, "bad cafe", 0, NULL) == 4);
    EXPECT(QV_ERROR_ENCODER, qv_bind_encoder(again, NULL, wrong));
    EXPECT(QV_OK, qv_bind_encoder(again, NULL, found));
    EXPECT(QV_ERROR_READ_ONLY, qv_bind_encoder(pinned, NULL, found));
    EXPECT(QV_ERROR_READ_ONLY, qv_put(pinned, &made, 1, NULL, NULL));
    EXPECT(QV_OK, qv_close_collection(again));
    EXPECT(QV_OK, qv_open_collection(store, "texts", &again));
    CHECK(nearest(again, "abc", 0, NULL) == 0);
    CHECK(rename(moved, model) == 0);
    EXPECT(QV_OK, qv_close_collection(again));
    EXPECT(QV_OK, qv_close_encoder(found));
    EXPECT(QV_OK, qv_close_encoder(held));
    EXPECT(QV_OK, qv_close_encoder(wrong));
    EXPECT(QV_OK, qv_close_collection(pinned));
    EXPECT(QV_OK, qv_close_collection(collection));
}

/* Fields of other kinds: unbound, of another dimension, one of several, and of tokens. */
static void other_fields(qv_store store) {
    qv_encoder encoder = open_encoder(model, NULL);
    qv_collection plain = create_collection(store, "plain", 12, QV_METRIC_COSINE);
    qv_document made = of_text(1, "abc");
    STRUCT(qv_put_options, options);
    EXPECT(QV_ERROR_ENCODER, qv_put(plain, &made, 1, NULL, NULL));
    qv_encoder none = 0;
    EXPECT(QV_ERROR_ENCODER, qv_open_collection_encoder(plain, NULL, NULL, &none));
    options.encoder = 42;
    EXPECT(QV_ERROR_HANDLE, qv_put(plain, &made, 1, &options, NULL));
    options.encoder = encoder;
    options.flags = 2;
    EXPECT(QV_ERROR_ARGUMENT, qv_put(plain, &made, 1, &options, NULL));
    options.flags = 0;
    options.vector_field = "none";
    EXPECT(QV_ERROR_NOT_FOUND, qv_put(plain, &made, 1, &options, NULL));
    options.vector_field = NULL;
    EXPECT(QV_ERROR_ARGUMENT, qv_put(plain, NULL, 1, &options, NULL));
    made.key.kind = 0;
    EXPECT(QV_ERROR_ARGUMENT, qv_put(plain, &made, 1, &options, NULL));
    made.key = qv_integer_key(1);
    made.text = NULL;
    made.text_length = 0;
    EXPECT(QV_ERROR_VECTOR, qv_put(plain, &made, 1, &options, NULL));
    made = of_text(1, "abc");
    EXPECT(QV_OK, qv_put(plain, &made, 1, &options, NULL));
    CHECK(nearest(plain, "abc", 0, NULL) == 1);
    EXPECT(QV_OK, qv_close_collection(plain));

    qv_collection narrow = create_collection(store, "narrow", 3, QV_METRIC_L2);
    EXPECT(QV_ERROR_ENCODER, qv_bind_encoder(narrow, NULL, encoder));
    EXPECT(QV_ERROR_ENCODER, qv_put(narrow, &made, 1, &options, NULL));
    EXPECT(QV_OK, qv_close_collection(narrow));
    STRUCT(qv_collection_options, schema);
    schema.dimension = 3;
    schema.encoder = encoder;
    qv_collection collection = 42;
    EXPECT(QV_ERROR_ENCODER, qv_create_collection(store, "wrong", &schema, &collection));
    schema.encoder = store;
    EXPECT(QV_ERROR_HANDLE, qv_create_collection(store, "wrong", &schema, &collection));
    CHECK(collection == 42);

    STRUCT(qv_vector_field, field);
    field.name = "meaning";
    field.dimension = 12;
    field.flags = QV_VECTOR_OPTIONAL;
    memset(&schema, 0, sizeof schema);
    schema.struct_size = sizeof schema;
    schema.dimension = 2;
    schema.vector_fields = &field;
    schema.vector_field_count = 1;
    EXPECT(QV_OK, qv_create_collection(store, "two", &schema, &collection));
    float vector[2] = {1, 2};
    made = document(qv_integer_key(9), "cde", vector, 2);
    EXPECT(QV_ERROR_CONFIGURATION, qv_put(collection, &made, 1, NULL, NULL));
    EXPECT(QV_ERROR_CONFIGURATION, qv_bind_encoder(collection, NULL, encoder));
    EXPECT(QV_OK, qv_bind_encoder(collection, "meaning", encoder));
    options.encoder = 0;
    options.vector_field = "meaning";
    EXPECT(QV_OK, qv_put(collection, &made, 1, &options, NULL));
    uint64_t count = 0;
    EXPECT(QV_OK, qv_row_count(collection, "meaning", &count));
    CHECK(count == 1);
    EXPECT(QV_OK, qv_close_collection(collection));
    EXPECT(QV_OK, qv_close_encoder(encoder));

    STRUCT(qv_encoder_options, settings);
    settings.mode = QV_ENCODER_TOKENS;
    encoder = open_encoder(model, &settings);
    collection = make_collection(store, "tokens", encoder);
    for (uint64_t i = 0; i < 5; i++) {
        made = of_text(i, words[i]);
        EXPECT(QV_OK, qv_put(collection, &made, 1, NULL, NULL));
    }
    made = of_text(5, "");
    EXPECT(QV_ERROR_VECTOR, qv_put(collection, &made, 1, NULL, NULL)); /* no token, and the field is not optional */
    qv_documents found = 0;
    qv_key key = qv_integer_key(1);
    EXPECT(QV_OK, qv_get(collection, &key, 1, QV_WITH_COLUMNS, &found));
    STRUCT(qv_vectors, vectors);
    EXPECT(QV_OK, qv_documents_vectors(found, 0, 0, &vectors));
    CHECK(vectors.column_count == 4 && vectors.columns[0].count == 5);
    EXPECT(QV_OK, qv_documents_free(found));
    float score = 0;
    CHECK(nearest(collection, "cde fgh ij", 0, &score) == 2 && fabsf(score - 8) < 1e-3f);
    EXPECT(QV_OK, qv_close_encoder(encoder));
    EXPECT(QV_OK, qv_close_collection(collection));
}

static void *work(void *context) {
    qv_encoder encoder = *(qv_encoder *)context;
    qv_string text = string_of("bad cafe");
    qv_encoded encoded = 0;
    for (int i = 0; i < 50; i++) {
        qv_status status = qv_encode(encoder, &text, 1, NULL, &encoded);
        if (status == QV_ERROR_HANDLE) return NULL;
        CHECK(status == QV_OK);
        EXPECT(QV_OK, qv_encoded_free(encoded));
    }
    return NULL;
}

/* One encoder on several threads, one of which closes it. */
static void threads(void) {
    qv_encoder encoder = open_encoder(model, NULL);
    pthread_t running[3];
    for (int i = 0; i < 3; i++) CHECK(pthread_create(&running[i], NULL, work, &encoder) == 0);
    work(&encoder);
    EXPECT(QV_OK, qv_close_encoder(encoder));
    for (int i = 0; i < 3; i++) CHECK(pthread_join(running[i], NULL) == 0);
}

int main(int argc, char **argv) {
    CHECK(argc == 2);
    CHECK(snprintf(folder, sizeof folder, "%s", argv[1]) < (int)sizeof folder);
    snprintf(model, sizeof model, "%s/tiny", folder);
    snprintf(other, sizeof other, "%s/other", folder);
    snprintf(store_path, sizeof store_path, "%s/store", folder);
    make_tiny_encoder(model, 1);
    make_tiny_encoder(other, 2);
    sentences();
    tokens();
    hostile_encoders();
    qv_store store = open_store(store_path, QV_OPEN_CREATE);
    putting(store);
    searching(store);
    other_fields(store);
    threads();
    EXPECT(QV_OK, qv_close(store));
    EXPECT(QV_OK, qv_verify(store_path, NULL));
    return 0;
}
