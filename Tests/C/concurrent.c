/* The same handles used from several threads at once: readers find whole batches while a writer writes. */

#include "check.h"
#include <pthread.h>

enum { dimension = 8, readers = 3, batches = 20, batch = 50 };

static qv_collection collection;
static int finished;

static void fill(float *vector, uint64_t key) {
    for (uint64_t i = 0; i < dimension; i++) vector[i] = (float)((key * 31 + i * 7) % 97) + 1;
}

static void *write_batches(void *unused) {
    (void)unused;
    for (uint64_t b = 0; b < batches; b++) {
        static float vectors[batch][dimension];
        static qv_document documents[batch];
        for (uint64_t i = 0; i < batch; i++) {
            fill(vectors[i], b * batch + i);
            documents[i] = document(qv_integer_key(b * batch + i), "text", vectors[i], dimension);
        }
        EXPECT(QV_OK, qv_upsert(collection, documents, batch, NULL));
        if (b == batches / 2) EXPECT(QV_OK, qv_seal(collection, NULL));
    }
    __atomic_store_n(&finished, 1, __ATOMIC_RELEASE);
    return NULL;
}

static void *search_and_fail(void *unused) {
    (void)unused;
    int done = 0;
    do {
        done = __atomic_load_n(&finished, __ATOMIC_ACQUIRE);
        float query[dimension];
        fill(query, 3);
        STRUCT(qv_search_options, options);
        options.k = batches * batch + 1;
        options.contents = QV_WITH_TEXT;
        qv_results results = 0;
        EXPECT(QV_OK, qv_search(collection, query, 1, dimension, &options, &results));
        uint64_t count = 1;
        EXPECT(QV_OK, qv_results_hit_count(results, 0, &count));
        CHECK(count % batch == 0);
        for (uint64_t i = 0; i < count; i += batch) {
            STRUCT(qv_hit, hit);
            EXPECT(QV_OK, qv_results_hit(results, 0, i, &hit));
            CHECK(hit.text_length == 4 && strcmp(hit.text, "text") == 0);
        }
        EXPECT(QV_OK, qv_results_free(results));

        /* Each thread's message is its own. */
        EXPECT(QV_ERROR_HANDLE, qv_close((qv_store)(uintptr_t)&done));
        char expected[32];
        snprintf(expected, sizeof expected, "%llu", (unsigned long long)(uintptr_t)&done);
        CHECK(strncmp(qv_error_message(), expected, strlen(expected)) == 0);
    } while (!done);
    return NULL;
}

int main(int argc, char **argv) {
    CHECK(argc == 2);
    qv_store store = open_store(in_folder(argv[1], "store"), QV_OPEN_CREATE);
    collection = create_collection(store, "rows", dimension, QV_METRIC_COSINE);
    pthread_t threads[readers + 1];
    for (int i = 0; i <= readers; i++) {
        CHECK(pthread_create(&threads[i], NULL, i < readers ? search_and_fail : write_batches, NULL) == 0);
    }
    for (int i = 0; i <= readers; i++) CHECK(pthread_join(threads[i], NULL) == 0);
    EXPECT(QV_OK, qv_close_collection(collection));
    EXPECT(QV_OK, qv_close(store));
    return 0;
}
