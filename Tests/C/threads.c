/* test-c: no valgrind, which has threads of its own.
 *
 * The library starts no thread that its host did not ask for: counted from load to close, around every kind of
 * work. */

#include "check.h"
#include <dirent.h>

static int thread_count(void) {
    DIR *folder = opendir("/proc/self/task");
    int count = 0;
    CHECK(folder != NULL);
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        count += entry->d_name[0] != '.';
    }
    closedir(folder);
    return count;
}

enum { dimension = 64, rows = 3000 };

int main(int argc, char **argv) {
    CHECK(argc == 2);
    CHECK(thread_count() == 1);
    qv_store store = open_store(in_folder(argv[1], "store"), QV_OPEN_CREATE);
    qv_collection collection = create_collection(store, "rows", dimension, QV_METRIC_L2);
    CHECK(thread_count() == 1);

    float *vectors = (float *)malloc(sizeof(float) * rows * dimension);
    qv_document *documents = (qv_document *)malloc(sizeof(qv_document) * rows);
    CHECK(vectors && documents);
    uint32_t state = 1;
    for (int i = 0; i < rows * dimension; i++) {
        state = state * 1664525u + 1013904223u;
        vectors[i] = (float)(state >> 8) / (float)(1 << 24);
    }
    for (int i = 0; i < rows; i++) {
        documents[i] = document(qv_integer_key((uint64_t)i), NULL, vectors + i * dimension, dimension);
    }
    EXPECT(QV_OK, qv_upsert(collection, documents, rows, NULL));
    CHECK(thread_count() == 1);

    for (int sealed = 0; sealed < 2; sealed++) {
        for (uint32_t mode = QV_SEARCH_AUTOMATIC; mode <= QV_SEARCH_EXACT; mode++) {
            STRUCT(qv_search_options, options);
            options.k = 10;
            options.mode = mode;
            qv_results results = 0;
            EXPECT(QV_OK, qv_search(collection, vectors, 100, dimension, &options, &results));
            CHECK(thread_count() == 1);
            STRUCT(qv_hit, hit);
            EXPECT(QV_OK, qv_results_hit(results, 99, 0, &hit));
            CHECK(hit.key.integer == 99 && hit.score == 0);
            EXPECT(QV_OK, qv_results_free(results));
        }
        EXPECT(QV_OK, qv_seal(collection, NULL));
        EXPECT(QV_OK, qv_maintain(collection, NULL));
        CHECK(thread_count() == 1);
    }
    EXPECT(QV_OK, qv_close_collection(collection));
    EXPECT(QV_OK, qv_close(store));
    CHECK(thread_count() == 1);
    free(vectors);
    free(documents);
    return 0;
}
