/* Searches by words, by several vectors and by several sources; scopes, groups, pages, lists, explanations and callbacks. */

#include "check.h"
#include <math.h>

/* Documents 0…9 at (number, 0) with "word number" and, of the first five, "early"; number % 3 in "group", except of 9. */
static qv_collection create(qv_store store) {
    STRUCT(qv_field, group);
    group.name = "group";
    group.type = QV_FIELD_INT64;
    qv_row_column column;
    memset(&column, 0, sizeof column);
    column.name = "half";
    column.type = QV_COLUMN_INT32;
    STRUCT(qv_vector_field, field);
    field.name = "v";
    field.dimension = 2;
    field.metric = QV_METRIC_L2;
    field.columns = &column;
    field.column_count = 1;
    STRUCT(qv_collection_options, options);
    options.vector_fields = &field;
    options.vector_field_count = 1;
    options.fields = &group;
    options.field_count = 1;
    qv_collection collection = 0;
    EXPECT(QV_OK, qv_create_collection(store, "c", &options, &collection));
    for (int number = 0; number < 10; number++) {
        char text[32];
        snprintf(text, sizeof text, "word %c%s", 'a' + number, number < 5 ? " early" : "");
        /* A second row far away. */
        const float rows[4] = {(float)number, 0, (float)number, 100};
        const int32_t halves[2] = {number / 2, 1000};
        column.numbers = halves;
        column.count = 2;
        STRUCT(qv_vectors, vectors);
        vectors.field = "v";
        vectors.numbers = rows;
        vectors.number_count = 4;
        vectors.columns = &column;
        vectors.column_count = 1;
        qv_document made = document(qv_integer_key((uint64_t)number), text, NULL, 0);
        made.vectors = &vectors;
        made.vectors_count = 1;
        group.integer = number % 3;
        made.fields = &group;
        made.field_count = number == 9 ? 0 : 1;
        EXPECT(QV_OK, qv_upsert(collection, &made, 1, NULL));
        if (number == 4) EXPECT(QV_OK, qv_seal(collection, NULL));
    }
    return collection;
}

static qv_search_options wanted(uint32_t k) {
    STRUCT(qv_search_options, options);
    options.k = k;
    return options;
}

static qv_source near(const float *vectors, uint64_t count) {
    STRUCT(qv_source, source);
    source.vectors = vectors;
    source.vector_count = count;
    source.dimension = 2;
    return source;
}

static qv_source words(const char *match) {
    STRUCT(qv_source, source);
    source.match = match;
    return source;
}

static qv_query query(const qv_source *sources, uint64_t count) {
    STRUCT(qv_query, made);
    made.sources = sources;
    made.source_count = count;
    return made;
}

static qv_results search(qv_collection collection, qv_query asked, qv_search_options options) {
    qv_results results = 0;
    EXPECT(QV_OK, qv_search_queries(collection, &asked, 1, &options, &results));
    return results;
}

/* Frees the results, whose keys are those of `expected`, numbers up to -1. */
static void found(qv_results results, const int *expected) {
    STRUCT(qv_hit_arrays, arrays);
    EXPECT(QV_OK, qv_results_arrays(results, &arrays));
    CHECK(arrays.query_count == 1 && arrays.ends[0] == 0 && arrays.ends[1] == arrays.hit_count);
    CHECK(arrays.integer_keys != NULL);
    uint64_t count = 0;
    for (; expected[count] >= 0; count++) {
        CHECK(count < arrays.hit_count && arrays.integer_keys[count] == (uint64_t)expected[count]);
        CHECK(arrays.keys[count].integer == (uint64_t)expected[count]);
    }
    CHECK(count == arrays.hit_count);
    EXPECT(QV_OK, qv_results_free(results));
}

static void refused(qv_status status, qv_collection collection, qv_query asked, qv_search_options options) {
    qv_results results = 77;
    EXPECT(status, qv_search_queries(collection, &asked, 1, &options, &results));
    CHECK(results == 77);
}

static const float origin[2] = {0, 0};
static const float ends[4] = {0, 0, 9, 0};

static void vectors_and_words(qv_collection c) {
    qv_source one = near(origin, 1);
    const int nearest[] = {0, 1, 2, -1};
    found(search(c, query(&one, 1), wanted(3)), nearest);
    one.vector_field = "v";
    found(search(c, query(&one, 1), wanted(3)), nearest);

    qv_source two = near(ends, 2);
    const int both[] = {0, 9, 1, 8, -1};
    found(search(c, query(&two, 1), wanted(4)), both);
    two.combination = QV_COMBINE_MEAN;
    const int middle[] = {4, 5, -1};
    found(search(c, query(&two, 1), wanted(2)), middle);
    two.combination = QV_COMBINE_MAX_SIM;
    qv_results whole = search(c, query(&two, 1), wanted(1));
    STRUCT(qv_hit, hit);
    EXPECT(QV_OK, qv_results_hit(whole, 0, 0, &hit));
    CHECK(hit.row == QV_NO_ROW);
    EXPECT(QV_OK, qv_results_free(whole));

    qv_key keys[2] = {qv_integer_key(2), qv_integer_key(9)};
    STRUCT(qv_source, like);
    like.like = keys;
    like.like_count = 1;
    qv_search_options distinct = wanted(2);
    distinct.flags = QV_SEARCH_DISTINCT;
    const int more[] = {1, 3, -1};
    found(search(c, query(&like, 1), distinct), more);
    /* (2, 50) to be like and (9, 50) unlike: (-5, 50), whose nearest but 2 is 0. */
    like.unlike = keys + 1;
    like.unlike_count = 1;
    const int away[] = {0, 1, -1};
    found(search(c, query(&like, 1), distinct), away);
    STRUCT(qv_source, unlike);
    unlike = near(origin, 1);
    unlike.unlike_vectors = ends + 2;
    unlike.unlike_vector_count = 1;
    found(search(c, query(&unlike, 1), distinct), away);
    keys[0] = qv_integer_key(77);
    refused(QV_ERROR_NOT_FOUND, c, query(&like, 1), wanted(1));

    qv_source word = words("b OR-not +word -e");
    const int b[] = {1, -1};
    found(search(c, query(&word, 1), wanted(1)), b);
    word.match = "\"word c\"";
    const int c_alone[] = {2, -1};
    found(search(c, query(&word, 1), wanted(5)), c_alone);
    word.match = "text:d";
    const int d[] = {3, -1};
    found(search(c, query(&word, 1), wanted(5)), d);
    word.flags = QV_SOURCE_PLAIN;
    word.match = "\"early";
    qv_results early = search(c, query(&word, 1), wanted(10));
    uint64_t count = 0;
    EXPECT(QV_OK, qv_results_hit_count(early, 0, &count));
    CHECK(count == 5);
    EXPECT(QV_OK, qv_results_free(early));
    word.flags = 0;
    refused(QV_ERROR_SEARCH, c, query(&word, 1), wanted(10));
    word.match = "early";
    word.flags = QV_SOURCE_BM25;
    word.b = 2;
    refused(QV_ERROR_SEARCH, c, query(&word, 1), wanted(10));
}

static double by_words(void *context, const qv_place *places, uint64_t count) {
    ++*(int *)context;
    CHECK(count == 2);
    return places[1].rank ? 100 - (double)places[1].rank : places[0].rank ? -(double)places[0].score : (double)NAN;
}

static void fusion(qv_collection c) {
    qv_source sources[2] = {near(ends + 2, 1), words("early")};
    qv_search_options options = wanted(10);
    options.flags = QV_SEARCH_LISTS;
    options.candidate_count = 6;
    qv_query asked = query(sources, 2);
    asked.scope = NULL;
    qv_results results = search(c, asked, options);
    uint64_t count = 0;
    const qv_listed_hit *list = NULL;
    EXPECT(QV_OK, qv_results_list_count(results, 0, &count));
    CHECK(count == 2);
    EXPECT(QV_OK, qv_results_list(results, 0, 0, &list, &count));
    CHECK(count == 6 && list[0].key.integer == 9 && list[0].rank == 1 && list[0].score == 0 && list[0].row == 0);
    EXPECT(QV_OK, qv_results_list(results, 0, 1, &list, &count));
    CHECK(count == 5 && list[4].rank == 5 && list[0].row == QV_NO_ROW && list[0].score > 0);
    EXPECT(QV_ERROR_ARGUMENT, qv_results_list(results, 0, 2, &list, &count));
    EXPECT(QV_ERROR_ARGUMENT, qv_results_list(results, 1, 0, &list, &count));
    EXPECT(QV_ERROR_ARGUMENT, qv_results_list(results, 0, 0, NULL, &count));
    EXPECT(QV_ERROR_ARGUMENT, qv_results_list(results, 0, 0, &list, NULL));
    EXPECT(QV_ERROR_ARGUMENT, qv_results_list_count(results, 0, NULL));
    /* 4 is in both. */
    STRUCT(qv_hit, hit);
    EXPECT(QV_OK, qv_results_hit(results, 0, 0, &hit));
    CHECK(hit.key.integer == 4);
    EXPECT(QV_OK, qv_results_free(results));

    sources[1].flags = QV_SOURCE_WEIGHT;
    asked.fusion = QV_FUSE_SCORES;
    const int by_vector[] = {9, 8, -1};
    found(search(c, asked, wanted(2)), by_vector);
    sources[1].weight = -1;
    refused(QV_ERROR_SEARCH, c, asked, wanted(2));
    sources[1].weight = NAN;
    refused(QV_ERROR_SEARCH, c, asked, wanted(2));
    sources[1].flags = 0;
    refused(QV_ERROR_ARGUMENT, c, asked, wanted(2));
    sources[1].weight = 0;

    int calls = 0;
    asked.fusion = QV_FUSE_CUSTOM;
    refused(QV_ERROR_ARGUMENT, c, asked, wanted(2));
    asked.fuse = by_words;
    asked.fuse_context = &calls;
    results = search(c, asked, wanted(10));
    CHECK(calls == 10);
    EXPECT(QV_OK, qv_results_hit_count(results, 0, &count));
    CHECK(count == 10);
    EXPECT(QV_OK, qv_results_hit(results, 0, 0, &hit));
    CHECK(hit.score == 99);
    EXPECT(QV_OK, qv_results_hit(results, 0, 5, &hit));
    CHECK(hit.key.integer == 9);
    EXPECT(QV_OK, qv_results_free(results));
    asked.fusion = 3;
    refused(QV_ERROR_ARGUMENT, c, asked, wanted(2));
}

static void scopes(qv_collection c) {
    qv_source one = near(origin, 1);
    qv_search_options options = wanted(20);
    STRUCT(qv_scope, scope);
    options.scope = &scope;
    qv_key keys[3] = {qv_integer_key(2), qv_integer_key(3), qv_integer_key(5)};
    scope.filter = "group = 2";
    options.filter = "group exists";
    options.excluded = keys;
    options.excluded_count = 1;
    scope.row_filter = "half < 1000";
    const int group_2[] = {5, 8, -1};
    found(search(c, query(&one, 1), options), group_2);
    scope.flags = QV_SCOPE_KEYS;
    const int none[] = {-1};
    found(search(c, query(&one, 1), options), none);
    scope.keys = keys;
    scope.key_count = 3;
    const int five[] = {5, -1};
    found(search(c, query(&one, 1), options), five);

    memset(&scope, 0, sizeof scope);
    scope.struct_size = sizeof scope;
    options.filter = NULL;
    options.excluded_count = 0;
    qv_range ranges[2];
    qv_key two[2] = {qv_integer_key(7), qv_integer_key(1)};
    EXPECT(QV_OK, qv_row_numbers(c, NULL, two, 2, ranges));
    scope.flags = QV_SCOPE_RANGES;
    scope.row_ranges = ranges;
    scope.row_range_count = 2;
    const int ranged[] = {1, 7, 1, 7, -1};
    found(search(c, query(&one, 1), options), ranged);
    qv_query asked = query(&one, 1);
    STRUCT(qv_scope, own);
    own.flags = QV_SCOPE_ROWS;
    const uint64_t bits[1] = {UINT64_C(1) << ranges[0].start};
    own.row_words = bits;
    own.row_word_count = 1;
    asked.scope = &own;
    const int seven[] = {7, -1};
    found(search(c, asked, options), seven);
    ranges[0].end = UINT64_MAX;
    found(search(c, asked, options), seven);
    ranges[0].start = UINT64_MAX;
    found(search(c, asked, options), none);
    ranges[0].end = 0;
    refused(QV_ERROR_ARGUMENT, c, asked, options);
    scope.row_range_count = 0;
    found(search(c, asked, options), none);
    options.scope = NULL;
    own.row_word_count = UINT64_C(1) << 27;
    refused(QV_ERROR_ARGUMENT, c, asked, options);
    own.row_word_count = 1;
    own.row_words = NULL;
    refused(QV_ERROR_ARGUMENT, c, asked, options);
    own.flags = 0;
    refused(QV_ERROR_ARGUMENT, c, asked, options);
    own.row_word_count = 0;
    own.flags = 8;
    refused(QV_ERROR_ARGUMENT, c, asked, options);
    own.flags = 0;
    own.filter = "group =";
    refused(QV_ERROR_SEARCH, c, asked, options);
    own.filter = "nothing = 1";
    refused(QV_ERROR_NOT_FOUND, c, asked, options);
    own.filter = NULL;
    own.row_filter = "nothing = 1";
    refused(QV_ERROR_NOT_FOUND, c, asked, options);
    own.struct_size = 4;
    refused(QV_ERROR_ARGUMENT, c, asked, options);
}

static void groups_and_pages(qv_collection c) {
    qv_source one = near(origin, 1);
    qv_search_options options = wanted(3);
    options.offset = 2;
    const int page[] = {2, 3, 4, -1};
    found(search(c, query(&one, 1), options), page);
    options.offset = UINT64_MAX;
    const int none[] = {-1};
    found(search(c, query(&one, 1), options), none);
    options.offset = 0;
    options.k = UINT32_MAX;
    options.flags = QV_SEARCH_WITHIN;
    options.within = 4;
    const int close[] = {0, 1, 2, -1};
    found(search(c, query(&one, 1), options), close);
    options.within = NAN;
    refused(QV_ERROR_SEARCH, c, query(&one, 1), options);
    options.flags = 0;
    options.within = 1;
    refused(QV_ERROR_ARGUMENT, c, query(&one, 1), options);
    options.within = 0;

    options.k = 4;
    options.group_by = "group";
    options.per_group = 2;
    STRUCT(qv_scope, scope);
    scope.row_filter = "half < 1000";
    options.scope = &scope;
    qv_results results = search(c, query(&one, 1), options);
    const int64_t groups[] = {0, 0, 1, 1, 2, 2, -1};
    const uint64_t keys[] = {0, 3, 1, 4, 2, 5, 9};
    STRUCT(qv_field, group);
    STRUCT(qv_hit, hit);
    for (uint64_t i = 0; i < 7; i++) {
        EXPECT(QV_OK, qv_results_group(results, 0, i, &group));
        EXPECT(QV_OK, qv_results_hit(results, 0, i, &hit));
        CHECK(hit.key.integer == keys[i] && strcmp(group.name, "group") == 0);
        CHECK(groups[i] < 0 ? group.type == QV_FIELD_NULL : group.type == QV_FIELD_INT64 && group.integer == groups[i]);
    }
    EXPECT(QV_ERROR_ARGUMENT, qv_results_group(results, 0, 7, &group));
    EXPECT(QV_ERROR_ARGUMENT, qv_results_group(results, 0, 0, NULL));
    EXPECT(QV_OK, qv_results_free(results));
    options.flags = QV_SEARCH_DISTINCT;
    refused(QV_ERROR_ARGUMENT, c, query(&one, 1), options);
    options.group_by = NULL;
    options.per_group = 0;
    options.scope = NULL;
    const int distinct[] = {0, 1, 2, 3, -1};
    results = search(c, query(&one, 1), options);
    EXPECT(QV_OK, qv_results_group(results, 0, 0, &group));
    CHECK(group.name == NULL);
    found(results, distinct);
    options.flags = 0;
    options.per_group = 1;
    refused(QV_ERROR_ARGUMENT, c, query(&one, 1), options);
    options.per_group = 0;
    options.group_by = "x";
    refused(QV_ERROR_NOT_FOUND, c, query(&one, 1), options);
    options.group_by = "\xff";
    refused(QV_ERROR_ARGUMENT, c, query(&one, 1), options);
}

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
    vectors_and_words(collection);
    fusion(collection);
    scopes(collection);
    groups_and_pages(collection);
    callbacks(collection);
    explanations(collection);
    many_hits(collection);
    what_cannot_be(collection);
    EXPECT(QV_OK, qv_close_collection(collection));
    EXPECT(QV_OK, qv_close(store));
    return 0;
}
