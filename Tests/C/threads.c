/* test-c: no valgrind, which has threads of its own.
 *
 * The library starts no thread that its host did not ask for: counted from load to close, around every kind of
 * work. */

#include "check.h"
#include "tiny_encoder.h"
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

/* Encodes, puts documents by their texts and searches by one. */
static void texts(qv_store store, const char *model) {
    qv_encoder encoder = 0;
    EXPECT(QV_OK, qv_open_encoder(model, NULL, &encoder));
    STRUCT(qv_collection_options, schema);
    schema.encoder = encoder;
    qv_collection collection = 0;
    EXPECT(QV_OK, qv_create_collection(store, "texts", &schema, &collection));
    static qv_document documents[600];
    for (uint64_t i = 0; i < 600; i++) documents[i] = document(qv_integer_key(i), "bad cafe", NULL, 0);
    EXPECT(QV_OK, qv_put(collection, documents, 600, NULL, NULL));
    CHECK(thread_count() == 1);
    STRUCT(qv_source, source);
    source.text = "abc";
    source.text_length = 3;
    STRUCT(qv_query, query);
    query.sources = &source;
    query.source_count = 1;
    STRUCT(qv_search_options, options);
    options.k = 1;
    qv_results results = 0;
    EXPECT(QV_OK, qv_search_queries(collection, &query, 1, &options, &results));
    EXPECT(QV_OK, qv_results_free(results));
    EXPECT(QV_OK, qv_close_collection(collection));
    EXPECT(QV_OK, qv_close_encoder(encoder));
    CHECK(thread_count() == 1);
}

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
    char model[4096];
    snprintf(model, sizeof model, "%s/tiny", argv[1]);
    make_tiny_encoder(model, 1);
    texts(store, model);
    EXPECT(QV_OK, qv_close(store));
    CHECK(thread_count() == 1);
    free(vectors);
    free(documents);
    return 0;
}
