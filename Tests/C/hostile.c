/* Arguments that a mistaken or hostile caller may hand over: each gets a status and a message, and the store goes
 * on as if nothing had happened. */

#include "check.h"
#include <math.h>

static const float unit[4] = {1, 0, 0, 0};

static void hostile_handles(const char *path) {
    qv_store store = open_store(path, QV_OPEN_CREATE);
    qv_collection collection = create_collection(store, "c", 4, QV_METRIC_COSINE);
    qv_store foreign[] = {0, 1, UINT64_MAX, store + 1, store ^ ((uint64_t)1 << 40), collection};
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
        EXPECT(QV_ERROR_HANDLE, qv_close(foreign[i]));
        EXPECT(QV_ERROR_HANDLE, qv_results_free(foreign[i]));
        EXPECT(QV_ERROR_HANDLE, qv_documents_free(foreign[i]));
    }
    EXPECT(QV_ERROR_HANDLE, qv_close_collection(store));
    EXPECT(QV_ERROR_HANDLE, qv_delete(store, NULL, 0, NULL));
    EXPECT(QV_OK, qv_close_collection(collection));
    EXPECT(QV_ERROR_HANDLE, qv_close_collection(collection));
    EXPECT(QV_ERROR_HANDLE, qv_seal(collection, NULL));

    /* What takes a freed handle's slot is not found under the old handle. */
    qv_collection again = 0;
    EXPECT(QV_OK, qv_open_collection(store, "c", &again));
    CHECK(again != collection);
    EXPECT(QV_ERROR_HANDLE, qv_close_collection(collection));
    EXPECT(QV_OK, qv_close_collection(again));
    EXPECT(QV_OK, qv_close(store));
    EXPECT(QV_ERROR_HANDLE, qv_close(store));
}

static void hostile_paths(const char *folder) {
    qv_store store = 42;
    STRUCT(qv_open_options, options);
    EXPECT(QV_ERROR_ARGUMENT, qv_open(NULL, NULL, &store));
    EXPECT(QV_ERROR_ARGUMENT, qv_open(folder, NULL, NULL));
    EXPECT(QV_ERROR_ARGUMENT, qv_open("\xff\xfe", NULL, &store));
    EXPECT(QV_ERROR_NOT_A_STORE, qv_open(folder, NULL, &store));
    EXPECT(QV_ERROR_NOT_A_STORE, qv_open(in_folder(folder, "missing"), NULL, &store));
    options.flags = 0x80000000u;
    EXPECT(QV_ERROR_ARGUMENT, qv_open(in_folder(folder, "missing"), &options, &store));
    options.flags = QV_OPEN_CREATE | QV_OPEN_READ_ONLY;
    EXPECT(QV_ERROR_ARGUMENT, qv_open(in_folder(folder, "missing"), &options, &store));
    options.flags = QV_OPEN_CREATE;
    options.tail_byte_count = UINT64_MAX;
    EXPECT(QV_ERROR_ARGUMENT, qv_open(in_folder(folder, "missing"), &options, &store));
    CHECK(store == 42);
    EXPECT(QV_ERROR_ARGUMENT, qv_verify(NULL, NULL));
    EXPECT(QV_ERROR_NOT_A_STORE, qv_verify(folder, NULL));
}

/* A struct of a program that is older or newer than the library. */
static void struct_sizes(const char *path) {
    struct {
        qv_open_options known;
        uint64_t newer;
    } larger;
    memset(&larger, 0, sizeof larger);
    qv_store store = 0;
    larger.known.flags = QV_OPEN_CREATE;
    for (uint32_t size = 0; size < sizeof larger.known; size++) {
        larger.known.struct_size = size;
        EXPECT(QV_ERROR_ARGUMENT, qv_open(path, &larger.known, &store));
    }
    larger.known.struct_size = UINT32_MAX;
    EXPECT(QV_ERROR_ARGUMENT, qv_open(path, &larger.known, &store));
    larger.known.struct_size = sizeof larger;
    larger.newer = 1;
    EXPECT(QV_ERROR_ARGUMENT, qv_open(path, &larger.known, &store));
    larger.newer = 0;
    EXPECT(QV_OK, qv_open(path, &larger.known, &store));

    struct {
        qv_document known;
        uint64_t newer;
    } documents[2];
    memset(documents, 0, sizeof documents);
    qv_collection collection = create_collection(store, "larger", 4, QV_METRIC_L2);
    for (uint64_t i = 0; i < 2; i++) {
        documents[i].known = document(qv_integer_key(i), NULL, unit, 4);
        documents[i].known.struct_size = sizeof documents[i];
    }
    struct {
        qv_receipt known;
        uint64_t newer;
    } receipt;
    memset(&receipt, 0xff, sizeof receipt);
    receipt.known.struct_size = sizeof receipt;
    EXPECT(QV_OK, qv_upsert(collection, &documents[0].known, 2, &receipt.known));
    CHECK(receipt.known.inserted_count == 2 && receipt.newer == 0 && receipt.known.struct_size == sizeof receipt);

    documents[1].known.struct_size = sizeof(qv_document);
    EXPECT(QV_ERROR_ARGUMENT, qv_upsert(collection, &documents[0].known, 2, NULL));
    receipt.known.struct_size = 7;
    EXPECT(QV_ERROR_ARGUMENT, qv_upsert(collection, &documents[0].known, 1, &receipt.known));
    EXPECT(QV_OK, qv_close_collection(collection));
    EXPECT(QV_OK, qv_close(store));
}

static void hostile_collections(qv_store store) {
    qv_collection collection = 42;
    STRUCT(qv_collection_options, options);
    options.dimension = 4;
    EXPECT(QV_ERROR_ARGUMENT, qv_create_collection(store, NULL, &options, &collection));
    EXPECT(QV_ERROR_ARGUMENT, qv_create_collection(store, "x", NULL, &collection));
    EXPECT(QV_ERROR_ARGUMENT, qv_create_collection(store, "x", &options, NULL));
    EXPECT(QV_ERROR_ARGUMENT, qv_create_collection(store, "\xc3\x28", &options, &collection));
    EXPECT(QV_ERROR_CONFIGURATION, qv_create_collection(store, "", &options, &collection));
    EXPECT(QV_ERROR_EXISTS, qv_create_collection(store, "documents", &options, &collection));
    uint32_t dimensions[] = {0, 65537, UINT32_MAX};
    for (size_t i = 0; i < 3; i++) {
        options.dimension = dimensions[i];
        EXPECT(QV_ERROR_CONFIGURATION, qv_create_collection(store, "x", &options, &collection));
    }
    options.dimension = 4;
    options.metric = QV_METRIC_HAMMING + 1;
    EXPECT(QV_ERROR_ARGUMENT, qv_create_collection(store, "x", &options, &collection));
    options.metric = 0;
    options.storage = UINT32_MAX;
    EXPECT(QV_ERROR_ARGUMENT, qv_create_collection(store, "x", &options, &collection));
    options.storage = 0;
    options.index = "IVF1048576,PQ0";
    EXPECT(QV_ERROR_CONFIGURATION, qv_create_collection(store, "x", &options, &collection));
    options.index = "\x80";
    EXPECT(QV_ERROR_ARGUMENT, qv_create_collection(store, "x", &options, &collection));
    CHECK(collection == 42);
    EXPECT(QV_ERROR_ARGUMENT, qv_open_collection(store, NULL, &collection));
    EXPECT(QV_ERROR_NOT_FOUND, qv_open_collection(store, "x", &collection));
}

static void hostile_documents(qv_collection collection) {
    STRUCT(qv_receipt, receipt);
    qv_document good = document(qv_string_key("good"), "text", unit, 4);
    EXPECT(QV_ERROR_ARGUMENT, qv_upsert(collection, NULL, 1, NULL));
    EXPECT(QV_ERROR_ARGUMENT, qv_upsert(collection, &good, UINT64_MAX, NULL));
    EXPECT(QV_ERROR_ARGUMENT, qv_upsert(collection, &good, UINT64_MAX / sizeof good + 1, NULL));
    EXPECT(QV_ERROR_ARGUMENT, qv_upsert(collection, (const qv_document *)((const char *)&good + 1), 1, NULL));

    qv_document bad = good;
    bad.text_length = UINT64_MAX;
    EXPECT(QV_ERROR_TOO_LARGE, qv_upsert(collection, &bad, 1, NULL));
    bad.text_length = ((uint64_t)64 << 20) + 1;
    EXPECT(QV_ERROR_TOO_LARGE, qv_upsert(collection, &bad, 1, NULL));
    bad.text = NULL;
    bad.text_length = 1;
    EXPECT(QV_ERROR_ARGUMENT, qv_upsert(collection, &bad, 1, NULL));
    bad = document(qv_string_key("bad"), "\xed\xa0\x80", unit, 4); /* a lone surrogate */
    EXPECT(QV_ERROR_ARGUMENT, qv_upsert(collection, &bad, 1, NULL));

    bad = good;
    bad.vector = NULL;
    EXPECT(QV_ERROR_ARGUMENT, qv_upsert(collection, &bad, 1, NULL));
    bad.vector_count = 0;
    EXPECT(QV_ERROR_VECTOR, qv_upsert(collection, &bad, 1, NULL));
    bad.vector = unit;
    bad.vector_count = 3;
    EXPECT(QV_ERROR_VECTOR, qv_upsert(collection, &bad, 1, NULL));
    bad.vector_count = UINT64_MAX / 4 + 1;
    EXPECT(QV_ERROR_ARGUMENT, qv_upsert(collection, &bad, 1, NULL));
    float numbers[3] = {(float)NAN, (float)INFINITY, -(float)INFINITY};
    for (size_t i = 0; i < 3; i++) {
        float vector[4] = {1, numbers[i], 0, 0};
        bad = document(qv_string_key("bad"), NULL, vector, 4);
        EXPECT(QV_ERROR_VECTOR, qv_upsert(collection, &bad, 1, NULL));
    }
    float zero[4] = {0, 0, 0, 0};
    bad = document(qv_string_key("bad"), NULL, zero, 4);
    EXPECT(QV_ERROR_VECTOR, qv_upsert(collection, &bad, 1, NULL));

    /* One bad document keeps its whole batch out. */
    qv_document both[2];
    both[0] = good;
    both[1] = bad;
    EXPECT(QV_ERROR_VECTOR, qv_upsert(collection, both, 2, &receipt));
    both[1] = good;
    EXPECT(QV_ERROR_KEY, qv_upsert(collection, both, 2, &receipt));
    qv_documents documents = 0;
    STRUCT(qv_stored_document, found);
    EXPECT(QV_OK, qv_get(collection, &good.key, 1, 0, &documents));
    EXPECT(QV_OK, qv_documents_item(documents, 0, &found));
    CHECK(!found.found);
    EXPECT(QV_OK, qv_documents_free(documents));

    EXPECT(QV_OK, qv_upsert(collection, NULL, 0, &receipt));
    CHECK(receipt.inserted_count == 0);
}

static void hostile_keys(qv_collection collection) {
    char long_bytes[600];
    memset(long_bytes, 'k', sizeof long_bytes);
    qv_key key = qv_string_key("key");
    qv_documents documents = 42;
    key.kind = 0;
    EXPECT(QV_ERROR_ARGUMENT, qv_delete(collection, &key, 1, NULL));
    key.kind = UINT32_MAX;
    EXPECT(QV_ERROR_ARGUMENT, qv_get(collection, &key, 1, 0, &documents));
    key.kind = QV_KEY_STRING;
    key.length = 0;
    EXPECT(QV_ERROR_KEY, qv_delete(collection, &key, 1, NULL));
    key.length = UINT32_MAX;
    EXPECT(QV_ERROR_KEY, qv_delete(collection, &key, 1, NULL));
    key.bytes = long_bytes;
    key.length = 481;
    EXPECT(QV_ERROR_KEY, qv_delete(collection, &key, 1, NULL));
    key.length = 480;
    EXPECT(QV_OK, qv_delete(collection, &key, 1, NULL));
    key.bytes = NULL;
    EXPECT(QV_ERROR_ARGUMENT, qv_delete(collection, &key, 1, NULL));
    key.bytes = "\xc0\xaf";
    key.length = 2;
    EXPECT(QV_ERROR_ARGUMENT, qv_delete(collection, &key, 1, NULL));
    EXPECT(QV_ERROR_ARGUMENT, qv_delete(collection, NULL, 2, NULL));
    EXPECT(QV_ERROR_ARGUMENT, qv_delete(collection, &key, UINT64_MAX, NULL));
    EXPECT(QV_ERROR_ARGUMENT, qv_get(collection, &key, (uint64_t)1 << 60, 0, &documents));
    key = qv_string_key("key");
    EXPECT(QV_ERROR_ARGUMENT, qv_get(collection, &key, 1, 16, &documents));
    EXPECT(QV_ERROR_ARGUMENT, qv_get(collection, &key, 1, 0, NULL));
    CHECK(documents == 42);
    EXPECT(QV_OK, qv_get(collection, NULL, 0, 0, &documents));
    STRUCT(qv_stored_document, found);
    EXPECT(QV_ERROR_ARGUMENT, qv_documents_item(documents, 0, &found));
    EXPECT(QV_ERROR_ARGUMENT, qv_documents_item(documents, UINT64_MAX, &found));
    EXPECT(QV_OK, qv_documents_free(documents));
    CHECK(qv_string_key(NULL).length == 0);
}

static void hostile_searches(qv_collection collection) {
    float vector[4] = {1, 2, 3, 4};
    qv_document made = document(qv_integer_key(1), NULL, vector, 4);
    EXPECT(QV_OK, qv_upsert(collection, &made, 1, NULL));
    qv_results results = 42;
    STRUCT(qv_search_options, options);
    EXPECT(QV_ERROR_SEARCH, qv_search(collection, vector, 1, 4, &options, &results)); /* k = 0 */
    options.k = 1;
    EXPECT(QV_ERROR_ARGUMENT, qv_search(collection, NULL, 1, 4, &options, &results));
    EXPECT(QV_ERROR_ARGUMENT, qv_search(collection, vector, 1, 4, NULL, &results));
    EXPECT(QV_ERROR_ARGUMENT, qv_search(collection, vector, 1, 4, &options, NULL));
    EXPECT(QV_ERROR_ARGUMENT, qv_search(collection, vector, UINT64_MAX, 4, &options, &results));
    EXPECT(QV_ERROR_ARGUMENT, qv_search(collection, vector, ((uint64_t)1 << 62) + 1, 4, &options, &results));
    EXPECT(QV_ERROR_VECTOR, qv_search(collection, vector, 1, 3, &options, &results));
    EXPECT(QV_ERROR_VECTOR, qv_search(collection, vector, 1, 0, &options, &results));
    EXPECT(QV_ERROR_ARGUMENT,
           qv_search(collection, (const float *)(const void *)((const char *)vector + 1), 1, 4, &options, &results));
    vector[2] = (float)NAN;
    EXPECT(QV_ERROR_VECTOR, qv_search(collection, vector, 1, 4, &options, &results));
    vector[2] = 3;
    options.mode = 3;
    EXPECT(QV_ERROR_ARGUMENT, qv_search(collection, vector, 1, 4, &options, &results));
    options.mode = 0;
    options.contents = 16;
    EXPECT(QV_ERROR_ARGUMENT, qv_search(collection, vector, 1, 4, &options, &results));
    options.contents = 0;
    options.thread_count = UINT32_MAX;
    EXPECT(QV_ERROR_ARGUMENT, qv_search(collection, vector, 1, 4, &options, &results));
    options.thread_count = 0;
    options.excluded_count = 1;
    EXPECT(QV_ERROR_ARGUMENT, qv_search(collection, vector, 1, 4, &options, &results));
    options.excluded_count = 0;
    CHECK(results == 42);

    /* More hits wanted than there can be, and no queries at all. */
    options.k = UINT32_MAX;
    options.ef_search = UINT32_MAX;
    EXPECT(QV_OK, qv_search(collection, vector, 1, 4, &options, &results));
    uint64_t count = 0;
    EXPECT(QV_OK, qv_results_hit_count(results, 0, &count));
    CHECK(count == 1);
    EXPECT(QV_ERROR_ARGUMENT, qv_results_hit_count(results, 1, &count));
    EXPECT(QV_ERROR_ARGUMENT, qv_results_hit_count(results, UINT64_MAX, &count));
    EXPECT(QV_ERROR_ARGUMENT, qv_results_hit_count(results, 0, NULL));
    EXPECT(QV_ERROR_ARGUMENT, qv_results_nanoseconds(results, 0, NULL));
    STRUCT(qv_hit, hit);
    EXPECT(QV_ERROR_ARGUMENT, qv_results_hit(results, 0, UINT64_MAX, &hit));
    EXPECT(QV_ERROR_ARGUMENT, qv_results_hit(results, 0, 0, NULL));
    hit.struct_size = 1;
    EXPECT(QV_ERROR_ARGUMENT, qv_results_hit(results, 0, 0, &hit));
    EXPECT(QV_OK, qv_results_free(results));
    EXPECT(QV_ERROR_HANDLE, qv_results_free(results));
    options.k = 10;
    options.ef_search = 0;
    EXPECT(QV_OK, qv_search(collection, NULL, 0, 4, &options, &results));
    EXPECT(QV_OK, qv_results_free(results));
}

static int32_t stop(void *context, uint64_t completed, uint64_t total) {
    (void)context, (void)completed, (void)total;
    return 1;
}

static void hostile_maintenance(qv_collection collection) {
    EXPECT(QV_ERROR_ARGUMENT, qv_collection_statistics(collection, NULL));
    STRUCT(qv_maintenance_options, options);
    options.thread_count = UINT32_MAX;
    EXPECT(QV_ERROR_ARGUMENT, qv_seal(collection, &options));
    EXPECT(QV_ERROR_ARGUMENT, qv_maintain(collection, &options));
    options.thread_count = 1;
    options.progress = stop;
    EXPECT(QV_ERROR_CANCELLED, qv_seal(collection, &options));
    EXPECT(QV_OK, qv_seal(collection, NULL));
}

static void second_writer(const char *path) {
    qv_store store = 0;
    EXPECT(QV_ERROR_LOCKED, qv_open(path, NULL, &store));
    CHECK(store == 0);
}

int main(int argc, char **argv) {
    CHECK(argc == 2);
    const char *folder = argv[1];
    CHECK(strcmp(qv_status_name(-1), "unknown status") == 0);
    hostile_handles(in_folder(folder, "handles"));
    hostile_paths(folder);
    struct_sizes(in_folder(folder, "sizes"));

    const char *path = in_folder(folder, "store");
    qv_store store = open_store(path, QV_OPEN_CREATE);
    qv_collection collection = create_collection(store, "documents", 4, QV_METRIC_COSINE);
    hostile_collections(store);
    hostile_documents(collection);
    hostile_keys(collection);
    hostile_searches(collection);
    hostile_maintenance(collection);
    second_writer(in_folder(folder, "store"));
    EXPECT(QV_OK, qv_close_collection(collection));
    EXPECT(QV_OK, qv_close(store));
    EXPECT(QV_OK, qv_verify(in_folder(folder, "store"), NULL));
    return 0;
}
