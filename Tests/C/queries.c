/* Searches by words, by several vectors and by several sources; scopes, groups and pages. */

#include "queries.h"
#include <math.h>

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
    CHECK(hit.row == QV_NO_ROW && hit.vector_field == NULL);
    EXPECT(QV_OK, qv_results_free(whole));
    qv_results rows = search(c, query(&one, 1), wanted(1));
    EXPECT(QV_OK, qv_results_hit(rows, 0, 0, &hit));
    CHECK(hit.row == 0 && strcmp(hit.vector_field, "v") == 0);
    EXPECT(QV_OK, qv_results_free(rows));

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

/* Documents 1 to 3 with the weights {5: number, 9: 1}, by inner products. */
static void sparse_vectors(qv_store store) {
    STRUCT(qv_field, terms);
    terms.name = "terms";
    terms.type = QV_FIELD_SPARSE;
    STRUCT(qv_collection_options, options);
    options.fields = &terms;
    options.field_count = 1;
    qv_collection c = 0;
    EXPECT(QV_OK, qv_create_collection(store, "sparse", &options, &c));
    const uint32_t indices[2] = {9, 5};
    for (int number = 1; number <= 3; number++) {
        const float values[2] = {1, (float)number};
        terms.indices = indices;
        terms.values = values;
        terms.length = 2;
        qv_document made = document(qv_integer_key((uint64_t)number), NULL, NULL, 0);
        made.fields = &terms;
        made.field_count = 1;
        EXPECT(QV_OK, qv_upsert(c, &made, 1, NULL));
        if (number == 2) EXPECT(QV_OK, qv_seal(c, NULL));
    }
    const uint32_t wanted_indices[2] = {5, 77};
    float wanted_values[2] = {2, 1};
    STRUCT(qv_source, source);
    source.sparse_indices = wanted_indices;
    source.sparse_values = wanted_values;
    source.sparse_count = 2;
    const int best[] = {3, 2, -1};
    found(search(c, query(&source, 1), wanted(2)), best);
    source.sparse_field = "terms";
    qv_results results = search(c, query(&source, 1), wanted(1));
    STRUCT(qv_hit, hit);
    EXPECT(QV_OK, qv_results_hit(results, 0, 0, &hit));
    CHECK(hit.score == 6 && hit.row == QV_NO_ROW);
    EXPECT(QV_OK, qv_results_free(results));

    source.sparse_field = "no";
    refused(QV_ERROR_NOT_FOUND, c, query(&source, 1), wanted(1));
    source.sparse_field = NULL;
    source.match = "word";
    refused(QV_ERROR_ARGUMENT, c, query(&source, 1), wanted(1));
    source.match = NULL;
    wanted_values[1] = 0;
    refused(QV_ERROR_FIELD, c, query(&source, 1), wanted(1));
    wanted_values[1] = 1;
    source.sparse_values = NULL;
    refused(QV_ERROR_ARGUMENT, c, query(&source, 1), wanted(1));
    source.sparse_values = wanted_values;
    source.sparse_count = UINT64_MAX;
    refused(QV_ERROR_ARGUMENT, c, query(&source, 1), wanted(1));
    source.sparse_count = 0;
    source.sparse_field = "terms";
    refused(QV_ERROR_ARGUMENT, c, query(&source, 1), wanted(1));
    terms.values = NULL;
    qv_document bad = document(qv_integer_key(7), NULL, NULL, 0);
    bad.fields = &terms;
    bad.field_count = 1;
    EXPECT(QV_ERROR_ARGUMENT, qv_upsert(c, &bad, 1, NULL));
    const float nothing[2] = {0, 0};
    terms.values = nothing;
    EXPECT(QV_ERROR_FIELD, qv_upsert(c, &bad, 1, NULL));
    EXPECT(QV_OK, qv_close_collection(c));
}

/* Rows of eight bits. */
static void bits(qv_store store) {
    STRUCT(qv_collection_options, options);
    options.dimension = 8;
    options.metric = QV_METRIC_HAMMING;
    qv_collection c = 0;
    EXPECT(QV_ERROR_CONFIGURATION, qv_create_collection(store, "bits", &options, &c));
    options.storage = QV_STORAGE_BINARY;
    options.dimension = 9;
    EXPECT(QV_ERROR_CONFIGURATION, qv_create_collection(store, "bits", &options, &c));
    options.dimension = 8;
    options.index = "ivf";
    EXPECT(QV_ERROR_CONFIGURATION, qv_create_collection(store, "bits", &options, &c));
    options.index = NULL;
    EXPECT(QV_OK, qv_create_collection(store, "bits", &options, &c));
    float rows[2][8] = {{1, 1, 0, 0, 0, 0, 0, 1}, {1, 1, 1, 1, 0, 0, 0, 0}};
    for (uint64_t key = 0; key < 2; key++) {
        qv_document made = document(qv_integer_key(key), NULL, rows[key], 8);
        EXPECT(QV_OK, qv_upsert(c, &made, 1, NULL));
    }
    STRUCT(qv_search_options, one);
    one.k = 2;
    one.contents = QV_WITH_VECTOR;
    qv_results results = 0;
    EXPECT(QV_OK, qv_search(c, rows[1], 1, 8, &one, &results));
    STRUCT(qv_hit, hit);
    EXPECT(QV_OK, qv_results_hit(results, 0, 0, &hit));
    CHECK(hit.key.integer == 1 && hit.score == 0);
    EXPECT(QV_OK, qv_results_hit(results, 0, 1, &hit));
    CHECK(hit.key.integer == 0 && hit.score == 3 && memcmp(hit.vector, rows[0], sizeof rows[0]) == 0);
    EXPECT(QV_OK, qv_results_free(results));
    rows[0][3] = 0.5f;
    EXPECT(QV_ERROR_VECTOR, qv_search(c, rows[0], 1, 8, &one, &results));
    EXPECT(QV_OK, qv_close_collection(c));
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

int main(int count, char **arguments) {
    CHECK(count == 2);
    qv_store store = open_store(in_folder(arguments[1], "store"), QV_OPEN_CREATE);
    qv_collection collection = create(store);
    vectors_and_words(collection);
    fusion(collection);
    scopes(collection);
    groups_and_pages(collection);
    sparse_vectors(store);
    bits(store);
    EXPECT(QV_OK, qv_close_collection(collection));
    EXPECT(QV_OK, qv_close(store));
    return 0;
}
