/* Named snapshots, compaction, the end of a collection, and repair. */

#include "check.h"
#include <dirent.h>

static const float rows[4][2] = {{1, 0}, {0, 1}, {1, 1}, {2, 1}};

static void write_keys(qv_collection collection, uint64_t first, uint64_t count) {
    for (uint64_t key = first; key < first + count; key++) {
        qv_document written = document(qv_integer_key(key), "text", rows[key % 4], 2);
        EXPECT(QV_OK, qv_upsert(collection, &written, 1, NULL));
    }
}

static uint64_t live(qv_collection collection) {
    uint64_t count = 0;
    EXPECT(QV_OK, qv_count(collection, NULL, &count));
    STRUCT(qv_statistics, statistics);
    EXPECT(QV_OK, qv_collection_statistics(collection, &statistics));
    CHECK(statistics.live_count == count);
    return count;
}

static uint64_t hits(qv_collection collection) {
    STRUCT(qv_search_options, options);
    options.k = 100;
    qv_results results = 0;
    EXPECT(QV_OK, qv_search(collection, rows[0], 1, 2, &options, &results));
    uint64_t count = 0;
    EXPECT(QV_OK, qv_results_hit_count(results, 0, &count));
    EXPECT(QV_OK, qv_results_free(results));
    return count;
}

static int32_t stop(void *context, uint64_t completed, uint64_t total) {
    (void)completed;
    (void)total;
    ++*(int *)context;
    return 1;
}

static void compact(qv_collection collection) {
    int calls = 0;
    STRUCT(qv_maintenance_options, options);
    options.progress = stop;
    options.context = &calls;
    EXPECT(QV_ERROR_CANCELLED, qv_compact(collection, &options));
    CHECK(calls > 0);
    options.progress = NULL;
    options.memory_byte_count = 1;
    EXPECT(QV_ERROR_CONFIGURATION, qv_compact(collection, &options));
    options.memory_byte_count = 32 << 20;
    EXPECT(QV_OK, qv_compact(collection, &options));
    EXPECT(QV_OK, qv_compact(collection, NULL));
    STRUCT(qv_statistics, statistics);
    EXPECT(QV_OK, qv_collection_statistics(collection, &statistics));
    CHECK(statistics.dead_count == 0 && statistics.tail_count == 0 && statistics.segment_count == 1);
}

static void keep_and_look_back(qv_store store, qv_collection collection) {
    EXPECT(QV_OK, qv_create_snapshot(store, "then"));
    EXPECT(QV_ERROR_EXISTS, qv_create_snapshot(store, "then"));
    EXPECT(QV_ERROR_ARGUMENT, qv_create_snapshot(store, NULL));
    qv_collection then = 0;
    EXPECT(QV_OK, qv_open_snapshot(store, "then", "things", &then));
    EXPECT(QV_ERROR_NOT_FOUND, qv_open_snapshot(store, "never", "things", &then));
    EXPECT(QV_ERROR_NOT_FOUND, qv_open_snapshot(store, "then", "nothing", &then));
    EXPECT(QV_ERROR_ARGUMENT, qv_open_snapshot(store, "then", "things", NULL));
    uint64_t before = live(then);
    write_keys(collection, 100, 3);
    CHECK(live(collection) == before + 3 && live(then) == before && hits(then) == before);
    qv_key key = qv_integer_key(100);
    qv_documents documents = 0;
    EXPECT(QV_OK, qv_get(then, &key, 1, QV_WITH_TEXT, &documents));
    STRUCT(qv_stored_document, found);
    EXPECT(QV_OK, qv_documents_item(documents, 0, &found));
    CHECK(!found.found);
    EXPECT(QV_OK, qv_documents_free(documents));
    EXPECT(QV_OK, qv_scan(then, NULL, &documents));
    uint64_t count = 0;
    EXPECT(QV_OK, qv_documents_count(documents, &count));
    CHECK(count == before);
    EXPECT(QV_OK, qv_documents_free(documents));
    EXPECT(QV_ERROR_READ_ONLY, qv_delete(then, &key, 1, NULL));
    EXPECT(QV_ERROR_READ_ONLY, qv_compact(then, NULL));
    EXPECT(QV_ERROR_READ_ONLY, qv_seal(then, NULL));
    compact(collection);
    CHECK(live(then) == before && hits(then) == before);
    EXPECT(QV_OK, qv_close_collection(then));
    EXPECT(QV_ERROR_HANDLE, qv_count(then, NULL, &count));
    EXPECT(QV_OK, qv_open_snapshot(store, "then", "things", &then));
    CHECK(hits(then) == before);
    EXPECT(QV_OK, qv_drop_snapshot(store, "then"));
    EXPECT(QV_ERROR_NOT_FOUND, qv_drop_snapshot(store, "then"));
    CHECK(hits(then) == before);
    EXPECT(QV_OK, qv_close_collection(then));
}

/* Changes a byte of the texts of the store's only segment. */
static void damage(const char *path) {
    char name[4096];
    CHECK(snprintf(name, sizeof name, "%s/segments", path) < (int)sizeof name);
    DIR *folder = opendir(name);
    CHECK(folder != NULL);
    struct dirent *entry;
    FILE *file = NULL;
    while ((entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] == '.') continue;
        CHECK(file == NULL);
        CHECK(snprintf(name, sizeof name, "%s/segments/%.16s/texts.qvs", path, entry->d_name) < (int)sizeof name);
        file = fopen(name, "r+b");
    }
    closedir(folder);
    CHECK(file != NULL);
    CHECK(fseek(file, 4096, SEEK_SET) == 0 && fputc('X', file) == 'X' && fclose(file) == 0);
}

static void repair(const char *folder, const char *path) {
    char mended[4096], again[4096];
    CHECK(snprintf(mended, sizeof mended, "%s/mended", folder) < (int)sizeof mended);
    CHECK(snprintf(again, sizeof again, "%s/again", folder) < (int)sizeof again);
    STRUCT(qv_repair_report, report);
    EXPECT(QV_OK, qv_repair(path, mended, &report));
    CHECK(report.damage_count == 0 && report.loss_count == 0 && report.kept_count == 13 && !report.catalog_damaged);
    EXPECT(QV_OK, qv_verify(mended, NULL));
    EXPECT(QV_ERROR_EXISTS, qv_repair(path, mended, NULL));
    EXPECT(QV_ERROR_NOT_A_STORE, qv_repair(folder, again, NULL));
    EXPECT(QV_ERROR_ARGUMENT, qv_repair(NULL, again, NULL));
    EXPECT(QV_ERROR_ARGUMENT, qv_repair(path, NULL, NULL));
    damage(path);
    EXPECT(QV_ERROR_DAMAGED, qv_repair(path, again, &report));
    CHECK(strstr(qv_error_message(), "text of 0 in \"things\"") != NULL);
    CHECK(report.damage_count == 1 && report.loss_count == 13 && report.rewritten_count == 13);
    EXPECT(QV_OK, qv_verify(again, NULL));
}

int main(int argc, char **argv) {
    CHECK(argc == 2);
    char path[4096];
    CHECK(snprintf(path, sizeof path, "%s/store", argv[1]) < (int)sizeof path);
    qv_store store = open_store(path, QV_OPEN_CREATE | QV_OPEN_RELAXED);
    qv_collection collection = create_collection(store, "things", 2, QV_METRIC_L2);
    write_keys(collection, 0, 10);
    EXPECT(QV_OK, qv_seal(collection, NULL));
    write_keys(collection, 5, 5);
    keep_and_look_back(store, collection);

    qv_collection other = create_collection(store, "others", 2, QV_METRIC_L2);
    write_keys(other, 0, 3);
    EXPECT(QV_OK, qv_drop_collection(store, "others"));
    EXPECT(QV_ERROR_NOT_FOUND, qv_drop_collection(store, "others"));
    EXPECT(QV_ERROR_ARGUMENT, qv_drop_collection(store, NULL));
    uint64_t count = 0;
    EXPECT(QV_ERROR_NOT_FOUND, qv_count(other, NULL, &count));
    EXPECT(QV_OK, qv_close_collection(other));

    /* A snapshot outlives its store's handle. */
    EXPECT(QV_OK, qv_create_snapshot(store, "last"));
    qv_collection last = 0;
    EXPECT(QV_OK, qv_open_snapshot(store, "last", "things", &last));
    EXPECT(QV_OK, qv_drop_snapshot(store, "last"));
    EXPECT(QV_OK, qv_close_collection(collection));
    EXPECT(QV_OK, qv_close(store));
    CHECK(live(last) == 13);
    EXPECT(QV_OK, qv_close_collection(last));
    repair(argv[1], path);
    return 0;
}
