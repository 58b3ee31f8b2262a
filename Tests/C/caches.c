/* Caches, and other names of collections and vector fields. */

#include "check.h"

static qv_documents entries(qv_collection cache, const char *model, const qv_key *keys, uint64_t count) {
    qv_documents found = 0;
    EXPECT(QV_OK, qv_cache_entries(cache, model, keys, count, QV_WITH_TEXT | QV_WITH_VECTOR, &found));
    return found;
}

static int is_there(qv_collection cache, const char *model, uint64_t number, const char *text) {
    qv_key key = qv_integer_key(number);
    qv_documents found = entries(cache, model, &key, 1);
    STRUCT(qv_stored_document, entry);
    EXPECT(QV_OK, qv_documents_item(found, 0, &entry));
    int is = entry.found != 0;
    if (is && text) CHECK(strcmp(entry.text, text) == 0 && entry.vector[1] == 2);
    EXPECT(QV_OK, qv_documents_free(found));
    return is;
}

static void caches(qv_store store) {
    const float vector[2] = {1, 2};
    STRUCT(qv_collection_options, options);
    options.dimension = 2;
    options.cache_byte_limit = 100;
    qv_collection cache = 0;
    EXPECT(QV_ERROR_CONFIGURATION, qv_create_collection(store, "cache", &options, &cache));
    options.cache_byte_limit = 1 << 16;
    EXPECT(QV_OK, qv_create_collection(store, "cache", &options, &cache));
    qv_schema schema = 0;
    uint64_t limit = 0;
    EXPECT(QV_OK, qv_collection_schema(cache, &schema));
    EXPECT(QV_OK, qv_schema_cache(schema, &limit));
    CHECK(limit == 1 << 16);
    EXPECT(QV_ERROR_ARGUMENT, qv_schema_cache(schema, NULL));
    EXPECT(QV_OK, qv_schema_free(schema));

    qv_document entry = document(qv_integer_key(1), "one", vector, 2);
    EXPECT(QV_OK, qv_cache_store(cache, "m", &entry, 1));
    CHECK(is_there(cache, "m", 1, "one"));
    CHECK(!is_there(cache, "n", 1, NULL) && !is_there(cache, "m", 2, NULL));

    /* What was not used for the longest time goes. */
    char *text = (char *)malloc(20001);
    CHECK(text != NULL);
    memset(text, 'x', 20000);
    text[20000] = 0;
    for (uint64_t key = 2; key < 6; key++) {
        CHECK(is_there(cache, "m", 1, "one"));
        entry = document(qv_integer_key(key), text, vector, 2);
        EXPECT(QV_OK, qv_cache_store(cache, "m", &entry, 1));
    }
    CHECK(is_there(cache, "m", 1, "one") && is_there(cache, "m", 5, text) && !is_there(cache, "m", 2, NULL));
    STRUCT(qv_statistics, statistics);
    EXPECT(QV_OK, qv_collection_statistics(cache, &statistics));
    CHECK(statistics.cache_hit_count >= 4 && statistics.cache_miss_count >= 2 && statistics.cache_eviction_count >= 1);

    qv_document all[4];
    for (uint64_t key = 0; key < 4; key++) all[key] = document(qv_integer_key(10 + key), text, vector, 2);
    EXPECT(QV_ERROR_TOO_LARGE, qv_cache_store(cache, "m", all, 4));
    EXPECT(QV_ERROR_CONFIGURATION, qv_set_cache_byte_limit(cache, 0));
    EXPECT(QV_OK, qv_set_cache_byte_limit(cache, 1 << 20));
    EXPECT(QV_OK, qv_cache_store(cache, "m", all, 4));
    EXPECT(QV_OK, qv_cache_store(cache, "m", NULL, 0));
    free(text);

    qv_documents found = 42;
    qv_key key = qv_integer_key(1);
    EXPECT(QV_ERROR_ARGUMENT, qv_cache_store(cache, NULL, &entry, 1));
    EXPECT(QV_ERROR_ARGUMENT, qv_cache_store(cache, "m", NULL, 1));
    EXPECT(QV_ERROR_ARGUMENT, qv_cache_store(cache, "\xff", &all[0], 0));
    EXPECT(QV_ERROR_ARGUMENT, qv_cache_entries(cache, NULL, &key, 1, 0, &found));
    EXPECT(QV_ERROR_ARGUMENT, qv_cache_entries(cache, "m", NULL, 1, 0, &found));
    EXPECT(QV_ERROR_ARGUMENT, qv_cache_entries(cache, "m", &key, 1, 1024, &found));
    EXPECT(QV_ERROR_ARGUMENT, qv_cache_entries(cache, "m", &key, 1, 0, NULL));
    EXPECT(QV_ERROR_HANDLE, qv_cache_entries(store, "m", &key, 1, 0, &found));
    qv_collection plain = create_collection(store, "plain", 2, QV_METRIC_L2);
    EXPECT(QV_ERROR_CONFIGURATION, qv_cache_entries(plain, "m", &key, 1, 0, &found));
    EXPECT(QV_ERROR_CONFIGURATION, qv_cache_store(plain, "m", NULL, 0));
    EXPECT(QV_ERROR_CONFIGURATION, qv_set_cache_byte_limit(plain, 1 << 20));
    CHECK(found == 42);
    EXPECT(QV_OK, qv_close_collection(plain));
    EXPECT(QV_OK, qv_close_collection(cache));
}

static void names(qv_store store) {
    qv_collection collection = 0, again = 0;
    EXPECT(QV_OK, qv_open_collection(store, "plain", &collection));
    EXPECT(QV_ERROR_EXISTS, qv_rename_collection(collection, "cache"));
    EXPECT(QV_ERROR_CONFIGURATION, qv_rename_collection(collection, ""));
    EXPECT(QV_ERROR_ARGUMENT, qv_rename_collection(collection, NULL));
    EXPECT(QV_OK, qv_create_snapshot(store, "before"));
    EXPECT(QV_OK, qv_rename_collection(collection, "other"));
    EXPECT(QV_ERROR_NOT_FOUND, qv_open_snapshot(store, "before", "other", &again));
    EXPECT(QV_OK, qv_open_snapshot(store, "before", "plain", &again));
    EXPECT(QV_OK, qv_close_collection(again));
    EXPECT(QV_ERROR_NOT_FOUND, qv_open_collection(store, "plain", &again));
    EXPECT(QV_OK, qv_open_collection(store, "other", &again));
    EXPECT(QV_OK, qv_close_collection(again));
    EXPECT(QV_OK, qv_rename_vector_field(collection, NULL, "look"));
    EXPECT(QV_ERROR_NOT_FOUND, qv_rename_vector_field(collection, "", "again"));
    EXPECT(QV_ERROR_ARGUMENT, qv_rename_vector_field(collection, "\xff", "again"));
    uint64_t count = 42;
    EXPECT(QV_OK, qv_row_count(collection, "look", &count));
    CHECK(count == 0);
    EXPECT(QV_OK, qv_rename_vector_field(collection, "look", NULL));
    EXPECT(QV_OK, qv_row_count(collection, "", &count));
    EXPECT(QV_OK, qv_pin(collection, &again));
    EXPECT(QV_ERROR_READ_ONLY, qv_rename_collection(again, "third"));
    EXPECT(QV_OK, qv_close_collection(again));
    EXPECT(QV_OK, qv_close_collection(collection));
}

int main(int argc, char **argv) {
    CHECK(argc == 2);
    char path[4096];
    CHECK(snprintf(path, sizeof path, "%s/store", argv[1]) < (int)sizeof path);
    qv_store store = open_store(path, QV_OPEN_CREATE);
    caches(store);
    names(store);
    EXPECT(QV_OK, qv_close(store));
    EXPECT(QV_OK, qv_verify(path, NULL));
    return 0;
}
