/* A collection to ask and the shortest ways to ask it. */

#ifndef QUERIES_H
#define QUERIES_H

#include "check.h"

/* Documents 0…9 at (number, 0) with "word number" and, of the first five, "early"; number % 3 in "group", except of 9. */
static inline qv_collection create(qv_store store) {
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

static inline qv_search_options wanted(uint32_t k) {
    STRUCT(qv_search_options, options);
    options.k = k;
    return options;
}

static inline qv_source near(const float *vectors, uint64_t count) {
    STRUCT(qv_source, source);
    source.vectors = vectors;
    source.vector_count = count;
    source.dimension = 2;
    return source;
}

static inline qv_source words(const char *match) {
    STRUCT(qv_source, source);
    source.match = match;
    return source;
}

static inline qv_query query(const qv_source *sources, uint64_t count) {
    STRUCT(qv_query, made);
    made.sources = sources;
    made.source_count = count;
    return made;
}

static inline qv_results search(qv_collection collection, qv_query asked, qv_search_options options) {
    qv_results results = 0;
    EXPECT(QV_OK, qv_search_queries(collection, &asked, 1, &options, &results));
    return results;
}

/* Frees the results, whose keys are those of `expected`, numbers up to -1. */
static inline void found(qv_results results, const int *expected) {
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

static inline void refused(qv_status status, qv_collection collection, qv_query asked, qv_search_options options) {
    qv_results results = 77;
    EXPECT(status, qv_search_queries(collection, &asked, 1, &options, &results));
    CHECK(results == 77);
}

#endif
