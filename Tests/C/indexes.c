/* Collections with an index of FAISS's: made by name, filled, built, searched with settings, opened again. */

#include "check.h"

#include <math.h>
#include <stdlib.h>

enum { rows = 1200, dimension = 8 };

static float vectors[rows][dimension];

static void make_vectors(void) {
    uint32_t state = 1;
    for (int row = 0; row < rows; row++) {
        for (int i = 0; i < dimension; i++) {
            state = state * 1664525u + 1013904223u;
            vectors[row][i] = (float)(row % 16 == i || row % 16 == i + 8) + (float)(state >> 8) / (1 << 26);
        }
    }
}

/* `unindexable`: whether there is a row that no index of FAISS's takes. */
static void fill(qv_collection collection, int unindexable) {
    static qv_document documents[rows];
    for (int row = 0; row < rows; row++) {
        documents[row].struct_size = sizeof documents[row];
        documents[row].key = qv_integer_key((uint64_t)row);
        documents[row].vector = vectors[row];
        documents[row].vector_count = dimension;
    }
    EXPECT(QV_OK, qv_upsert(collection, documents, rows, NULL));
    STRUCT(qv_maintenance_options, options);
    options.thread_count = 2;
    EXPECT(QV_OK, qv_seal(collection, &options));
    EXPECT(QV_OK, qv_maintain(collection, &options));
    STRUCT(qv_statistics, statistics);
    EXPECT(QV_OK, qv_collection_statistics(collection, &statistics));
    CHECK(statistics.unindexed_segment_count == 0 && statistics.segment_count == 1);
    CHECK(statistics.unindexable_segment_count == (uint64_t)unindexable);
}

/* Each row is its own nearest. */
static void search(qv_collection collection, uint32_t nprobe, float candidate_factor) {
    STRUCT(qv_search_options, options);
    options.k = 1;
    options.nprobe = nprobe;
    options.candidate_factor = candidate_factor;
    qv_results results = 0;
    EXPECT(QV_OK, qv_search(collection, vectors[0], 100, dimension, &options, &results));
    int found = 0;
    for (uint64_t query = 0; query < 100; query++) {
        STRUCT(qv_hit, hit);
        EXPECT(QV_OK, qv_results_hit(results, query, 0, &hit));
        found += hit.key.integer == query && hit.score == 0;
    }
    CHECK(found >= 95);
    EXPECT(QV_OK, qv_results_free(results));
}

/* A setting that the index of `collection` does not have. */
static void refuse(qv_collection collection, uint32_t nprobe, uint32_t ef_search, float candidate_factor) {
    STRUCT(qv_search_options, options);
    options.k = 1;
    options.nprobe = nprobe;
    options.ef_search = ef_search;
    options.candidate_factor = candidate_factor;
    qv_results results = 42;
    EXPECT(QV_ERROR_SEARCH, qv_search(collection, vectors[0], 1, dimension, &options, &results));
    CHECK(results == 42 && strstr(qv_error_message(), "to be set") != NULL);
}

/* Recall measured on request, of rows that are too few for maintenance to do so, and gone by in a search. */
static void recall(qv_collection collection) {
    uint64_t count = 1;
    EXPECT(QV_OK, qv_recall_count(collection, NULL, &count));
    CHECK(count == 0);
    STRUCT(qv_calibration_options, options);
    options.queries = vectors[0];
    options.query_count = 300;
    options.dimension = dimension;
    options.sample_count = 200;
    options.seed = 3;
    options.thread_count = 2;
    EXPECT(QV_OK, qv_calibrate(collection, &options));
    EXPECT(QV_OK, qv_recall_count(collection, "", &count));
    int by_queries = 0;
    STRUCT(qv_recall_point, point);
    for (uint64_t number = 0; number < count; number++) {
        EXPECT(QV_OK, qv_recall_measured(collection, NULL, number, &point));
        CHECK(point.low <= point.recall && point.recall <= point.high && point.effort > 0);
        by_queries += point.basis == QV_RECALL_QUERIES && point.k == 10 && point.query_count == 200;
    }
    CHECK(by_queries > 0);
    EXPECT(QV_ERROR_ARGUMENT, qv_recall_measured(collection, NULL, count, &point));
    EXPECT(QV_ERROR_NOT_FOUND, qv_recall_count(collection, "none", &count));
    EXPECT(QV_ERROR_ARGUMENT, qv_recall_count(collection, NULL, NULL));
    options.sample_count = 99;
    EXPECT(QV_ERROR_SEARCH, qv_calibrate(collection, &options));
    options.sample_count = 0;
    options.dimension = dimension + 1;
    options.query_count = 1;
    EXPECT(QV_ERROR_VECTOR, qv_calibrate(collection, &options));

    STRUCT(qv_search_options, search);
    search.k = 10;
    search.recall = 0.9;
    search.flags = QV_SEARCH_EXPLAIN | QV_SEARCH_NO_SAMPLE;
    qv_results results = 0;
    EXPECT(QV_OK, qv_search(collection, vectors[0], 1, dimension, &search, &results));
    STRUCT(qv_recall_choice, choice);
    EXPECT(QV_OK, qv_results_recall(results, 0, &choice));
    CHECK(choice.recall == 0.9 && choice.basis == QV_RECALL_QUERIES && choice.effort > 0);
    EXPECT(QV_ERROR_ARGUMENT, qv_results_recall(results, 1, &choice));
    EXPECT(QV_OK, qv_results_free(results));
    EXPECT(QV_ERROR_HANDLE, qv_results_recall(results, 0, &choice));
    EXPECT(QV_OK, qv_set_recall(collection, 0.8));
    qv_schema schema = 0;
    double target = 0;
    EXPECT(QV_OK, qv_collection_schema(collection, &schema));
    EXPECT(QV_OK, qv_schema_recall(schema, &target));
    CHECK(target == 0.8);
    EXPECT(QV_OK, qv_schema_free(schema));
    EXPECT(QV_OK, qv_set_recall(collection, 0));
    EXPECT(QV_ERROR_CONFIGURATION, qv_set_recall(collection, -1));
    search.recall = 2;
    EXPECT(QV_ERROR_SEARCH, qv_search(collection, vectors[0], 1, dimension, &search, &results));
}

/* Indexes side by side, of which the collection keeps its own. */
static void tune(qv_collection collection) {
    static const char *const indexes[] = {"graph", "IVF16,SQ8"};
    STRUCT(qv_tuning_options, options);
    options.indexes = indexes;
    options.index_count = 2;
    options.queries = vectors[0];
    options.query_count = 200;
    options.dimension = dimension;
    options.recall = 0.9;
    options.k = 5;
    options.thread_count = 2;
    qv_tuning tuning = 0;
    EXPECT(QV_OK, qv_tune(collection, &options, &tuning));
    STRUCT(qv_tuning_summary, summary);
    EXPECT(QV_OK, qv_tuning_summarize(tuning, &summary));
    CHECK(summary.trial_count == 3 && summary.best < 3 && summary.basis == QV_RECALL_QUERIES);
    CHECK(summary.recall == 0.9 && summary.k == 5 && summary.query_count == 200);
    CHECK(summary.row_count == rows && summary.row_byte_count >= sizeof vectors);
    STRUCT(qv_index_trial, trial);
    STRUCT(qv_trial_point, point);
    for (uint64_t number = 0; number < summary.trial_count; number++) {
        EXPECT(QV_OK, qv_tuning_trial(tuning, number, &trial));
        CHECK(strcmp(trial.specification, number == 0 ? "exact" : indexes[number - 1]) == 0);
        CHECK(trial.refusal == NULL && trial.point_count >= 1);
        CHECK((trial.index_byte_count > 0) == (number > 0) && trial.indexed_segment_count == (number > 0));
        for (uint64_t place = 0; place < trial.point_count; place++) {
            EXPECT(QV_OK, qv_tuning_point(tuning, number, place, &point));
            CHECK(point.low <= point.recall && point.recall <= point.high);
            CHECK(point.mean_seconds > 0 && point.percentile_99_seconds > 0 && point.distance_count > 0);
        }
        EXPECT(QV_ERROR_ARGUMENT, qv_tuning_point(tuning, number, trial.point_count, &point));
    }
    EXPECT(QV_ERROR_ARGUMENT, qv_tuning_trial(tuning, summary.trial_count, &trial));
    EXPECT(QV_ERROR_ARGUMENT, qv_tuning_trial(tuning, 0, NULL));
    EXPECT(QV_OK, qv_tuning_free(tuning));
    EXPECT(QV_ERROR_HANDLE, qv_tuning_free(tuning));
    EXPECT(QV_ERROR_HANDLE, qv_tuning_summarize(tuning, &summary));
    EXPECT(QV_ERROR_ARGUMENT, qv_tune(collection, &options, NULL));
    static const char *const unknown[] = {"Nonsense", NULL};
    options.indexes = unknown;
    EXPECT(QV_ERROR_CONFIGURATION, qv_tune(collection, &options, &tuning));
    options.indexes = unknown + 1;
    EXPECT(QV_ERROR_ARGUMENT, qv_tune(collection, &options, &tuning));
    options.indexes = NULL;
    EXPECT(QV_ERROR_ARGUMENT, qv_tune(collection, &options, &tuning));
    options.index_count = 0;
    options.recall = 1;
    EXPECT(QV_ERROR_SEARCH, qv_tune(collection, &options, &tuning));
}

int main(int argc, char **argv) {
    CHECK(argc == 2);
    make_vectors();
    static const char *const kinds[] = {"ivf", "IVF16,Flat", "HNSW8,SQ8", "PQ4x4fs"};
    static const uint32_t nprobes[] = {8, 8, 0, 0};
    static const float factors[] = {30, 0, 30, 30};
    const int kind_count = (int)(sizeof kinds / sizeof *kinds);
    const char *path = in_folder(argv[1], "indexes");
    qv_store store = open_store(path, QV_OPEN_CREATE);
    qv_collection collection = 0;
    STRUCT(qv_collection_options, options);
    options.dimension = dimension;
    options.metric = QV_METRIC_L2;
    for (int kind = 0; kind < kind_count; kind++) {
        options.index = kinds[kind];
        EXPECT(QV_OK, qv_create_collection(store, kinds[kind], &options, &collection));
        fill(collection, 0);
        search(collection, 0, 0);
        search(collection, nprobes[kind], factors[kind]);
        if (kind == 0) recall(collection);
        if (kind == 0) tune(collection);
        if (nprobes[kind] == 0) refuse(collection, 8, 0, 0);
        if (factors[kind] == 0) refuse(collection, 0, 0, 30);
        if (kind != 2) refuse(collection, 0, 90, 0);
        EXPECT(QV_OK, qv_close_collection(collection));
    }
    options.index = "ivf";
    EXPECT(QV_OK, qv_create_collection(store, "unindexable", &options, &collection));
    const float kept = vectors[rows - 1][0];
    vectors[rows - 1][0] = 1e16f;
    fill(collection, 1);
    vectors[rows - 1][0] = kept;
    search(collection, 8, 30);
    EXPECT(QV_OK, qv_close_collection(collection));
    static const char *const refused[] = {"IVF0,Flat", "IDMap,Flat", "BFlat", "PQ3"};
    for (int kind = 0; kind < (int)(sizeof refused / sizeof *refused); kind++) {
        options.index = refused[kind];
        EXPECT(QV_ERROR_CONFIGURATION, qv_create_collection(store, "refused", &options, &collection));
    }
    EXPECT(QV_OK, qv_open_collection(store, kinds[0], &collection));
    STRUCT(qv_search_options, settings);
    settings.k = 1;
    settings.candidate_factor = NAN;
    qv_results results = 0;
    EXPECT(QV_ERROR_SEARCH, qv_search(collection, vectors[0], 1, dimension, &settings, &results));
    /* A program of the first version, whose struct ends before nprobe. */
    settings.struct_size = 40;
    EXPECT(QV_OK, qv_search(collection, vectors[0], 1, dimension, &settings, &results));
    EXPECT(QV_OK, qv_results_free(results));
    EXPECT(QV_OK, qv_close_collection(collection));
    EXPECT(QV_OK, qv_close(store));
    store = open_store(path, QV_OPEN_READ_ONLY);
    for (int kind = 0; kind < kind_count; kind++) {
        EXPECT(QV_OK, qv_open_collection(store, kinds[kind], &collection));
        search(collection, 0, 0);
        EXPECT(QV_OK, qv_close_collection(collection));
    }
    EXPECT(QV_OK, qv_close(store));
    EXPECT(QV_OK, qv_verify(path, NULL));
    return 0;
}
