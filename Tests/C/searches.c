/* What a search calls, tells and refuses: callbacks, explanations, many hits at once, and what cannot be asked. */

#include "queries.h"
#include <math.h>

static const float origin[2] = {0, 0};
static const float ends[4] = {0, 0, 9, 0};

static qv_results kept = 0;

static int32_t stops(void *context) { return ++*(int *)context > 0; }

static int32_t backwards(void *context, uint64_t number, qv_results candidates, uint64_t count, float *scores) {
    int *seen = (int *)context;
    CHECK(number == 0 && count == 5);
    uint64_t found_count = 0;
    EXPECT(QV_OK, qv_results_hit_count(candidates, 0, &found_count));
    CHECK(found_count == count);
    qv_hit hits[5];
    for (int i = 0; i < 5; i++) hits[i].struct_size = sizeof(qv_hit);
    EXPECT(QV_OK, qv_results_hits(candidates, 0, 0, count, hits));
    for (uint64_t i = 0; i < count; i++) {
        CHECK(strncmp(hits[i].text, "word ", 5) == 0 && hits[i].field_count == 1);
        STRUCT(qv_field, group);
        EXPECT(QV_OK, qv_results_field(candidates, 0, i, 0, &group));
        CHECK(group.integer == (int64_t)(hits[i].key.integer % 3));
        scores[i] = (float)hits[i].key.integer;
    }
    EXPECT(QV_OK, qv_results_share(candidates, &kept));
    *seen += 1;
    if (*seen == 2) return 7;
    if (*seen == 3) scores[2] = NAN;
    if (*seen == 4) EXPECT(QV_OK, qv_results_free(candidates)); /* not its to free, but no harm */
    return 0;
}

static void callbacks(qv_collection c) {
    qv_source one = near(origin, 1);
    qv_search_options options = wanted(3);
    int calls = 0;
    options.cancelled = stops;
    options.cancelled_context = &calls;
    refused(QV_ERROR_CANCELLED, c, query(&one, 1), options);
    CHECK(calls > 0);
    options.cancelled = NULL;
    options.timeout_nanoseconds = 1;
    refused(QV_ERROR_DEADLINE, c, query(&one, 1), options);
    options.timeout_nanoseconds = UINT64_MAX;
    const int nearest[] = {0, 1, 2, -1};
    found(search(c, query(&one, 1), options), nearest);

    calls = 0;
    options.rerank = backwards;
    options.rerank_context = &calls;
    options.rerank_count = 5;
    options.rerank_contents = QV_WITH_TEXT | QV_WITH_FIELDS;
    const int reranked[] = {4, 3, 2, -1};
    found(search(c, query(&one, 1), options), reranked);
    STRUCT(qv_hit, hit);
    EXPECT(QV_OK, qv_results_hit(kept, 0, 1, &hit));
    CHECK(strcmp(hit.text, "word b early") == 0);
    EXPECT(QV_OK, qv_results_free(kept));
    EXPECT(QV_ERROR_HANDLE, qv_results_share(kept, &kept));
    refused(QV_ERROR_RERANKING, c, query(&one, 1), options);
    CHECK(strstr(qv_error_message(), "returned 7"));
    EXPECT(QV_ERROR_ARGUMENT, qv_results_share(kept, NULL));
    EXPECT(QV_OK, qv_results_free(kept));
    refused(QV_ERROR_RERANKING, c, query(&one, 1), options);
    EXPECT(QV_OK, qv_results_free(kept));
    found(search(c, query(&one, 1), options), reranked);
    EXPECT(QV_OK, qv_results_free(kept));
    options.rerank_count = 16385;
    refused(QV_ERROR_SEARCH, c, query(&one, 1), options);
    options.rerank_contents = 1u << 31;
    refused(QV_ERROR_ARGUMENT, c, query(&one, 1), options);
    options.rerank = NULL;
    options.rerank_contents = 0;
    refused(QV_ERROR_ARGUMENT, c, query(&one, 1), options);
}

static void explanations(qv_collection c) {
    qv_source sources[2] = {near(origin, 1), words("early")};
    qv_search_options options = wanted(3);
    options.flags = QV_SEARCH_EXPLAIN;
    qv_results results = search(c, query(sources, 2), options);
    uint64_t parts = 0, steps = 0;
    EXPECT(QV_OK, qv_results_explanation_counts(results, 0, &parts, &steps));
    CHECK(parts >= 3 && steps >= 3);
    EXPECT(QV_OK, qv_results_explanation_counts(results, 0, NULL, NULL));
    EXPECT(QV_ERROR_ARGUMENT, qv_results_explanation_counts(results, 1, NULL, NULL));
    STRUCT(qv_search_part, part);
    int with_words = 0, scans = 0;
    for (uint64_t i = 0; i < parts; i++) {
        EXPECT(QV_OK, qv_results_part(results, 0, i, &part));
        CHECK(strlen(part.name) > 0 && part.allowed_count <= part.row_count);
        with_words += part.method == QV_METHOD_WORDS && part.source == 1;
        scans += part.method == QV_METHOD_SCAN && part.source == 0;
    }
    CHECK(with_words > 0 && scans > 0);
    EXPECT(QV_ERROR_ARGUMENT, qv_results_part(results, 0, parts, &part));
    STRUCT(qv_search_step, step);
    int fused = 0;
    for (uint64_t i = 0; i < steps; i++) {
        EXPECT(QV_OK, qv_results_step(results, 0, i, &step));
        fused += strcmp(step.name, "fuse") == 0;
    }
    CHECK(fused == 1);
    EXPECT(QV_ERROR_ARGUMENT, qv_results_step(results, 0, steps, &step));
    EXPECT(QV_ERROR_ARGUMENT, qv_results_step(results, 0, 0, NULL));
    EXPECT(QV_OK, qv_results_list_count(results, 0, &parts));
    CHECK(parts == 0);
    EXPECT(QV_OK, qv_results_free(results));
    EXPECT(QV_ERROR_HANDLE, qv_results_part(results, 0, 0, &part));
    EXPECT(QV_ERROR_HANDLE, qv_results_explanation_counts(results, 0, NULL, NULL));
}

static void many_hits(qv_collection c) {
    qv_search_options options = wanted(20);
    options.contents = QV_WITH_TEXT | QV_WITH_COLUMNS;
    qv_results results = 0;
    EXPECT(QV_OK, qv_search(c, ends, 2, 2, &options, &results));
    /* A struct that is longer than the library's, and one that is shorter. */
    struct {
        qv_hit hit;
        uint64_t more;
    } longer[20];
    struct {
        uint32_t struct_size;
        float score;
        uint64_t key[3], row, version, text_hash, text, text_length, vector, vector_count;
    } shorter[20];
    for (int i = 0; i < 20; i++) {
        longer[i].hit.struct_size = sizeof longer[0];
        longer[i].more = 5;
        shorter[i].struct_size = sizeof shorter[0];
    }
    CHECK(sizeof shorter[0] == 88);
    EXPECT(QV_OK, qv_results_hits(results, 1, 0, 20, (qv_hit *)longer));
    EXPECT(QV_OK, qv_results_hits(results, 1, 1, 19, (qv_hit *)shorter));
    for (int i = 0; i < 20; i++) {
        STRUCT(qv_hit, hit);
        EXPECT(QV_OK, qv_results_hit(results, 1, (uint64_t)i, &hit));
        CHECK(longer[i].hit.key.integer == hit.key.integer && longer[i].hit.score == hit.score && longer[i].more == 0);
        CHECK(longer[i].hit.column_count == 1 && strcmp(longer[i].hit.columns[0].name, "half") == 0);
        if (i > 0) CHECK(shorter[i - 1].score == hit.score && shorter[i - 1].row == hit.row);
    }
    EXPECT(QV_ERROR_ARGUMENT, qv_results_hits(results, 1, 0, 21, (qv_hit *)longer));
    EXPECT(QV_ERROR_ARGUMENT, qv_results_hits(results, 1, 21, 0, NULL));
    EXPECT(QV_ERROR_ARGUMENT, qv_results_hits(results, 1, 1, UINT64_MAX, (qv_hit *)longer));
    EXPECT(QV_ERROR_ARGUMENT, qv_results_hits(results, 2, 0, 0, NULL));
    EXPECT(QV_ERROR_ARGUMENT, qv_results_hits(results, 1, 0, 1, NULL));
    EXPECT(QV_OK, qv_results_hits(results, 1, 20, 0, NULL));
    longer[1].hit.struct_size = 96;
    EXPECT(QV_ERROR_ARGUMENT, qv_results_hits(results, 1, 0, 2, (qv_hit *)longer));
    longer[0].hit.struct_size = 93;
    EXPECT(QV_ERROR_ARGUMENT, qv_results_hits(results, 1, 0, 2, (qv_hit *)longer));
    STRUCT(qv_hit_arrays, arrays);
    EXPECT(QV_OK, qv_results_arrays(results, &arrays));
    CHECK(arrays.query_count == 2 && arrays.hit_count == 40 && arrays.ends[1] == 20 && arrays.ends[2] == 40);
    CHECK(arrays.rows[0] == 0 && arrays.versions[0] > 0 && arrays.nanoseconds[1] > 0 && arrays.scores[0] == 0);
    EXPECT(QV_ERROR_ARGUMENT, qv_results_arrays(results, NULL));
    EXPECT(QV_OK, qv_results_free(results));
    EXPECT(QV_ERROR_HANDLE, qv_results_arrays(results, &arrays));
    EXPECT(QV_ERROR_HANDLE, qv_results_hits(results, 0, 0, 0, NULL));

    /* What a program of before sends. */
    options.struct_size = 56;
    options.flags = 12345;
    EXPECT(QV_OK, qv_search(c, ends, 2, 2, &options, &results));
    EXPECT(QV_OK, qv_results_free(results));
}

static void what_cannot_be(qv_collection c) {
    qv_source sources[2] = {near(origin, 1), words("early")};
    qv_query asked = query(sources, 2);
    qv_search_options options = wanted(3);
    qv_results results = 0;
    EXPECT(QV_OK, qv_search_queries(c, NULL, 0, &options, &results));
    EXPECT(QV_OK, qv_results_free(results));
    EXPECT(QV_ERROR_ARGUMENT, qv_search_queries(c, NULL, 1, &options, &results));
    EXPECT(QV_ERROR_ARGUMENT, qv_search_queries(c, &asked, UINT64_MAX, &options, &results));
    EXPECT(QV_ERROR_ARGUMENT, qv_search_queries(c, &asked, 1, NULL, &results));
    EXPECT(QV_ERROR_ARGUMENT, qv_search_queries(c, &asked, 1, &options, NULL));
    EXPECT(QV_ERROR_HANDLE, qv_search_queries(c + 1, &asked, 1, &options, &results));
    refused(QV_ERROR_SEARCH, c, query(NULL, 0), options);
    refused(QV_ERROR_ARGUMENT, c, query(NULL, 1), options);
    options.flags = 1;
    refused(QV_ERROR_ARGUMENT, c, asked, options);
    options.flags = 0;
    options.mode = QV_SEARCH_LISTS;
    refused(QV_ERROR_ARGUMENT, c, asked, options);
    options.mode = 0;
    options.candidate_count = 16385;
    refused(QV_ERROR_SEARCH, c, asked, options);
    options.candidate_count = 0;
    sources[0].dimension = 0;
    refused(QV_ERROR_VECTOR, c, asked, options);
    sources[0].vector_count = UINT64_MAX;
    refused(QV_ERROR_VECTOR, c, asked, options);
    sources[0].dimension = 3;
    refused(QV_ERROR_ARGUMENT, c, asked, options);
    sources[0].vector_count = 0;
    refused(QV_ERROR_SEARCH, c, asked, options);
    sources[0] = near(NULL, 1);
    refused(QV_ERROR_ARGUMENT, c, asked, options);
    const float three[3] = {1, NAN, 3};
    sources[0] = near(three, 1);
    refused(QV_ERROR_VECTOR, c, asked, options);
    sources[0].dimension = 3;
    refused(QV_ERROR_VECTOR, c, asked, options);
    sources[0] = near(origin, 1);
    sources[0].flags = QV_SOURCE_PLAIN;
    refused(QV_ERROR_ARGUMENT, c, asked, options);
    sources[0].flags = 64;
    refused(QV_ERROR_ARGUMENT, c, asked, options);
    sources[0].flags = 0;
    sources[0].combination = 3;
    refused(QV_ERROR_ARGUMENT, c, asked, options);
    sources[0].combination = 0;
    sources[0].match = "both";
    refused(QV_ERROR_ARGUMENT, c, asked, options);
    sources[0].match = NULL;
    sources[0].vector_field = "x";
    refused(QV_ERROR_NOT_FOUND, c, asked, options);
    sources[0].vector_field = NULL;
    sources[1].match = "\xff";
    refused(QV_ERROR_ARGUMENT, c, asked, options);
    sources[1].match = "early";
    sources[1].k1 = 1;
    refused(QV_ERROR_ARGUMENT, c, asked, options);
    sources[1].k1 = 0;
    sources[1].struct_size = 8;
    refused(QV_ERROR_ARGUMENT, c, asked, options);
    sources[1].struct_size = sizeof(qv_source);
    asked.rank_constant = -1;
    refused(QV_ERROR_SEARCH, c, asked, options);
    asked.fusion = QV_FUSE_SCORES;
    refused(QV_ERROR_ARGUMENT, c, asked, options);
}

int main(int count, char **arguments) {
    CHECK(count == 2);
    qv_store store = open_store(in_folder(arguments[1], "store"), QV_OPEN_CREATE);
    qv_collection collection = create(store);
    callbacks(collection);
    explanations(collection);
    many_hits(collection);
    what_cannot_be(collection);
    EXPECT(QV_OK, qv_close_collection(collection));
    EXPECT(QV_OK, qv_close(store));
    return 0;
}
