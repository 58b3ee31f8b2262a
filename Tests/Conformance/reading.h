/* The operations that read. */

#ifndef READING_H
#define READING_H

#include "encoding.h"

static qv_status put_vectors(qv_documents documents, uint64_t index, uint64_t count, int shows_columns) {
    uint64_t shown = 0;
    for (uint64_t at = 0; at < count; at++) {
        STRUCT(qv_vectors, vectors);
        TRY(qv_documents_vectors(documents, index, at, &vectors));
        if (!(shows_columns ? vectors.column_count : (uint64_t)(vectors.numbers != NULL))) continue;
        put_comma(shown++);
        put_name(vectors.field);
        put(shows_columns ? ":{" : ":[");
        for (uint64_t column = 0; shows_columns && column < vectors.column_count; column++) {
            put_comma(column);
            put_name(vectors.columns[column].name);
            put(":[");
            for (uint64_t row = 0; row < vectors.columns[column].count; row++) {
                put_comma(row);
                put_column_number(&vectors.columns[column], row);
            }
            put("]");
        }
        for (uint64_t first = 0; !shows_columns && first < vectors.number_count; first += vectors.dimension) {
            put_comma(first);
            put_floats(vectors.numbers + first, vectors.dimension);
        }
        put(shows_columns ? "}" : "]");
    }
    return QV_OK;
}

static qv_status put_documents(qv_documents documents) {
    uint64_t count;
    TRY(qv_documents_count(documents, &count));
    put("[");
    for (uint64_t at = 0; at < count; at++) {
        STRUCT(qv_stored_document, document);
        TRY(qv_documents_item(documents, at, &document));
        put_comma(at);
        if (!document.found) {
            put("null");
            continue;
        }
        put("{\"key\":");
        put_key(document.key);
        if (document.text) {
            put(",\"text\":");
            put_string(document.text, document.text_length);
        }
        put(",\"fields\":{");
        for (uint64_t number = 0; number < document.field_count; number++) {
            STRUCT(qv_field, field);
            TRY(qv_documents_field(documents, at, number, &field));
            put_comma(number);
            put_name(field.name);
            put(":");
            put_value(&field);
        }
        put("},\"vectors\":{");
        TRY(put_vectors(documents, at, document.vectors_count, 0));
        put("},\"columns\":{");
        TRY(put_vectors(documents, at, document.vectors_count, 1));
        put("}}");
    }
    put("]");
    return qv_documents_free(documents);
}

static qv_status get(void) {
    uint64_t count;
    qv_key *wanted = keys(&count);
    qv_documents documents;
    TRY(qv_get(at_hand, wanted, count, small(), &documents));
    return put_documents(documents);
}

static qv_status scan(void) {
    STRUCT(qv_scan_options, options);
    uint64_t count;
    options.contents = small();
    options.filter = name();
    qv_key *after = keys(&count);
    if (count) options.after = after;
    options.limit = number();
    qv_documents documents;
    TRY(qv_scan(at_hand, &options, &documents));
    return put_documents(documents);
}

static qv_status count(void) {
    uint64_t found;
    TRY(qv_count(at_hand, name(), &found));
    put("%llu", (unsigned long long)found);
    return QV_OK;
}

/* ---- Searching */

/* The rows of the documents that are told, by the numbers that they have here. */
static qv_status tell_rows(const char *vector_field, qv_range **ranges, uint64_t *range_count) {
    qv_key *of = keys(range_count);
    *ranges = ARRAY(qv_range, *range_count);
    return *range_count ? qv_row_numbers(at_hand, vector_field, of, *range_count, *ranges) : QV_OK;
}

static qv_status tell_scope(const qv_scope **told_scope, const char *vector_field) {
    *told_scope = NULL;
    if (!number()) return QV_OK;
    SIZED(qv_scope, scope, 1);
    scope->flags = small();
    scope->filter = name();
    scope->row_filter = name();
    scope->keys = keys(&scope->key_count);
    scope->excluded = keys(&scope->excluded_count);
    qv_range *ranges;
    uint64_t count;
    TRY(tell_rows(vector_field, &ranges, &count));
    scope->row_ranges = ranges;
    scope->row_range_count = count;
    TRY(tell_rows(vector_field, &ranges, &count));
    uint64_t last = 0;
    for (uint64_t at = 0; at < count; at++) last = ranges[at].end > last ? ranges[at].end : last;
    scope->row_word_count = (last + 63) / 64;
    uint64_t *words = ARRAY(uint64_t, scope->row_word_count);
    for (uint64_t at = 0; at < count; at++)
        for (uint64_t row = ranges[at].start; row < ranges[at].end; row++) words[row / 64] |= UINT64_C(1) << row % 64;
    scope->row_words = words;
    *told_scope = scope;
    return QV_OK;
}

static qv_status tell_source(qv_source *source) {
    uint64_t numbers;
    source->flags = small();
    source->dimension = small();
    source->combination = small();
    source->vectors = floats(&numbers);
    source->vector_count = source->dimension ? numbers / source->dimension : 0;
    source->like = keys(&source->like_count);
    source->unlike_vectors = floats(&numbers);
    source->unlike_vector_count = source->dimension ? numbers / source->dimension : 0;
    source->unlike = keys(&source->unlike_count);
    source->vector_field = name();
    source->match = name();
    source->k1 = real();
    source->b = real();
    source->weight = real();
    tell_sparse(&source->sparse_indices, &source->sparse_values, &source->sparse_count);
    source->sparse_field = name();
    source->text = text(&source->text_length);
    return tell_encoder(&source->encoder);
}

static double squared_ranks(void *context, const qv_place *places, uint64_t count) {
    double sum = 0;
    (void)context;
    for (uint64_t at = 0; at < count; at++)
        if (places[at].rank) sum += 1 / ((double)places[at].rank * (double)places[at].rank);
    return sum;
}

static int32_t always(void *context) {
    (void)context;
    return 1;
}

static int32_t reversed(void *context, uint64_t query, qv_results candidates, uint64_t count, float *scores) {
    (void)context;
    (void)query;
    (void)candidates;
    for (uint64_t at = 0; at < count; at++) scores[at] = (float)at;
    return 0;
}

static qv_status put_hit(qv_results results, uint64_t query, uint64_t at, int shows_group) {
    STRUCT(qv_hit, hit);
    TRY(qv_results_hit(results, query, at, &hit));
    put("{\"key\":");
    put_key(hit.key);
    put(",\"score\":%.9g", hit.score);
    if (hit.row != QV_NO_ROW) put(",\"row\":%llu", (unsigned long long)hit.row);
    if (hit.text) {
        put(",\"text\":");
        put_string(hit.text, hit.text_length);
    }
    if (hit.vector) {
        put(",\"vector\":");
        put_floats(hit.vector, hit.vector_count);
    }
    put(",\"fields\":{");
    for (uint64_t number = 0; number < hit.field_count; number++) {
        STRUCT(qv_field, field);
        TRY(qv_results_field(results, query, at, number, &field));
        put_comma(number);
        put_name(field.name);
        put(":");
        put_value(&field);
    }
    put("},\"columns\":{");
    for (uint64_t column = 0; column < hit.column_count; column++) {
        put_comma(column);
        put_name(hit.columns[column].name);
        put(":");
        put_column_number(&hit.columns[column], 0);
    }
    put("}");
    if (shows_group) {
        STRUCT(qv_field, group);
        TRY(qv_results_group(results, query, at, &group));
        put(",\"group\":");
        put_value(&group);
    }
    put("}");
    return QV_OK;
}

static qv_status put_lists(qv_results results, uint64_t query) {
    uint64_t lists, length;
    TRY(qv_results_list_count(results, query, &lists));
    put(",\"lists\":[");
    for (uint64_t source = 0; source < lists; source++) {
        const qv_listed_hit *list;
        TRY(qv_results_list(results, query, source, &list, &length));
        put_comma(source);
        put("[");
        for (uint64_t at = 0; at < length; at++) {
            put_comma(at);
            put("{\"key\":");
            put_key(list[at].key);
            put(",\"rank\":%llu,\"score\":%.9g", (unsigned long long)list[at].rank, list[at].score);
            if (list[at].row != QV_NO_ROW) put(",\"row\":%llu", (unsigned long long)list[at].row);
            put("}");
        }
        put("]");
    }
    put("]");
    return QV_OK;
}

static qv_status put_explanation(qv_results results, uint64_t query) {
    uint64_t parts, rows = 0, allowed = 0;
    TRY(qv_results_explanation_counts(results, query, &parts, NULL));
    for (uint64_t at = 0; at < parts; at++) {
        STRUCT(qv_search_part, part);
        TRY(qv_results_part(results, query, at, &part));
        rows += part.row_count;
        allowed += part.allowed_count;
    }
    put(",\"explained\":{\"rows\":%llu,\"allowed\":%llu}", (unsigned long long)rows, (unsigned long long)allowed);
    return QV_OK;
}

static qv_status search(void) {
    STRUCT(qv_search_options, options);
    options.k = small();
    options.mode = small();
    options.ef_search = small();
    options.nprobe = small();
    options.contents = small();
    options.thread_count = small();
    options.excluded = keys(&options.excluded_count);
    options.vector_field = name();
    options.filter = name();
    options.offset = number();
    options.flags = small();
    options.within = (float)real();
    options.group_by = name();
    options.per_group = small();
    options.candidate_count = small();
    options.timeout_nanoseconds = number();
    options.cancelled = number() ? always : NULL;
    options.rerank_count = small();
    options.rerank = options.rerank_count ? reversed : NULL;
    options.recall = real();
    TRY(tell_scope(&options.scope, options.vector_field));
    uint64_t query_count = number();
    SIZED(qv_query, queries, query_count);
    for (uint64_t query = 0; query < query_count; query++) {
        queries[query].fusion = small();
        queries[query].fuse = queries[query].fusion == QV_FUSE_CUSTOM ? squared_ranks : NULL;
        queries[query].rank_constant = real();
        TRY(tell_scope(&queries[query].scope, options.vector_field));
        queries[query].source_count = number();
        SIZED(qv_source, sources, queries[query].source_count);
        for (uint64_t at = 0; at < queries[query].source_count; at++)
            TRY(tell_source(&sources[at]));
        queries[query].sources = sources;
    }
    qv_results results;
    TRY(qv_search_queries(at_hand, queries, query_count, &options, &results));
    put("[");
    for (uint64_t query = 0; query < query_count; query++) {
        uint64_t hits;
        TRY(qv_results_hit_count(results, query, &hits));
        put_comma(query);
        put("{\"hits\":[");
        for (uint64_t at = 0; at < hits; at++) {
            put_comma(at);
            TRY(put_hit(results, query, at, options.group_by != NULL));
        }
        put("]");
        if (options.flags & QV_SEARCH_LISTS) TRY(put_lists(results, query));
        if (options.flags & QV_SEARCH_EXPLAIN) TRY(put_explanation(results, query));
        put("}");
    }
    put("]");
    return qv_results_free(results);
}

/* ---- Neighbours */

static qv_status put_owner(uint64_t row, const char *vector_field, int *is_live) {
    qv_owners owners;
    const qv_row_owner *owner;
    uint64_t owner_count;
    TRY(qv_row_owners(at_hand, vector_field, &row, 1, &owners));
    TRY(qv_owners_array(owners, &owner, &owner_count));
    if ((*is_live = owner->key.kind != 0)) {
        put("\"key\":");
        put_key(owner->key);
        put(",\"row\":%llu", (unsigned long long)owner->row);
    }
    return qv_owners_free(owners);
}

/* Puts an object for each record of a file, of which the first is of query `first`. */
static qv_status put_records(const char *path, uint32_t k, uint64_t first, const char *vector_field, int has_own_rows) {
    FILE *file = fopen(path, "rb");
    unsigned char head[10];
    if (!file || fread(head, 1, sizeof head, file) != sizeof head) fail("a file of neighbours that is not there");
    fseek(file, head[8] + 256L * head[9], SEEK_CUR);
    uint64_t *rows = ARRAY(uint64_t, k);
    float *scores = ARRAY(float, k);
    for (; fread(rows, sizeof *rows, k, file) == k && fread(scores, sizeof *scores, k, file) == k; first++) {
        int is_live = 1;
        put_comma(first);
        put("{");
        if (has_own_rows)
            TRY(put_owner(first, vector_field, &is_live));
        else
            put("\"query\":%llu", (unsigned long long)first);
        put("%s\"neighbours\":[", is_live ? "," : "");
        for (uint32_t at = 0; at < k && rows[at] != QV_NO_ROW; at++) {
            put_comma(at);
            put("{");
            TRY(put_owner(rows[at], vector_field, &is_live));
            put(",\"score\":%.9g}", scores[at]);
        }
        put("]}");
    }
    fclose(file);
    return QV_OK;
}

static qv_status neighbours(void) {
    const char *path = name();
    STRUCT(qv_neighbour_options, options);
    options.k = small();
    options.mode = small();
    options.vector_field = name();
    options.filter = name();
    options.flags = small();
    options.dimension = small();
    uint64_t numbers;
    const float *vectors = floats(&numbers);
    options.vectors = numbers ? vectors : NULL;
    options.vector_count = options.dimension ? numbers / options.dimension : 0;
    options.shard_count = small();
    put("[");
    for (; options.shard < options.shard_count; options.shard++) {
        char *file = ARRAY(char, strlen(path) + 16);
        snprintf(file, strlen(path) + 16, "%s.%u", path, options.shard);
        STRUCT(qv_neighbour_summary, summary);
        TRY(qv_neighbours(at_hand, file, &options, &summary));
        TRY(put_records(file, options.k, summary.first, options.vector_field, !options.flags));
    }
    put("]");
    return QV_OK;
}

/* The number of a row of a document. */
static qv_status row_number(const char *field, qv_key key, uint64_t row, uint64_t *number) {
    qv_range rows;
    TRY(qv_row_numbers(at_hand, field, &key, 1, &rows));
    *number = rows.start + row;
    return QV_OK;
}

static qv_status scores(void) {
    const char *field = name();
    uint64_t count;
    qv_key *of = keys(&count);
    uint64_t *pairs = ARRAY(uint64_t, count);
    for (uint64_t at = 0; at < count; at++) TRY(row_number(field, of[at], number(), &pairs[at]));
    float *found = ARRAY(float, count / 2);
    TRY(qv_row_scores(at_hand, field, pairs, count / 2, 2, found));
    put_floats(found, count / 2);
    return QV_OK;
}

static qv_status cluster(void) {
    STRUCT(qv_clustering_options, options);
    options.vector_field = name();
    options.cluster_count = small();
    options.seed = number();
    options.iteration_count = small();
    qv_clustering clustering;
    TRY(qv_cluster(at_hand, &options, &clustering));
    const int32_t *clusters;
    uint64_t count;
    TRY(qv_clustering_rows(clustering, &clusters, &count));
    put("[");
    for (uint64_t row = 0, written = 0; row < count; row++) {
        if (clusters[row] < 0) continue;
        const uint64_t number = row;
        qv_owners owners;
        const qv_row_owner *owner;
        uint64_t one;
        TRY(qv_row_owners(at_hand, options.vector_field, &number, 1, &owners));
        TRY(qv_owners_array(owners, &owner, &one));
        put_comma(written++);
        put("[%d,", clusters[row]);
        put_key(owner->key);
        put(",%llu]", (unsigned long long)owner->row);
        TRY(qv_owners_free(owners));
    }
    put("]");
    return qv_clustering_free(clustering);
}

static qv_status tune(void) {
    STRUCT(qv_tuning_options, options);
    options.vector_field = name();
    options.index_count = small();
    const char **indexes = ARRAY(const char *, options.index_count);
    for (uint32_t at = 0; at < options.index_count; at++) indexes[at] = name();
    options.indexes = indexes;
    options.dimension = small();
    uint64_t numbers;
    options.queries = floats(&numbers);
    options.query_count = options.dimension ? numbers / options.dimension : 0;
    options.recall = real();
    options.k = small();
    options.seed = number();
    qv_tuning tuning;
    TRY(qv_tune(at_hand, &options, &tuning));
    STRUCT(qv_tuning_summary, summary);
    TRY(qv_tuning_summarize(tuning, &summary));
    put("{\"indexes\":[");
    for (uint64_t at = 0; at < summary.trial_count; at++) {
        STRUCT(qv_index_trial, trial);
        TRY(qv_tuning_trial(tuning, at, &trial));
        put_comma(at);
        put_name(trial.specification);
    }
    STRUCT(qv_trial_point, point);
    TRY(qv_tuning_point(tuning, 0, 0, &point));
    put("],\"basis\":%u,\"queries\":%llu,\"rows\":%llu,\"exact\":%.17g}", summary.basis,
        (unsigned long long)summary.query_count, (unsigned long long)summary.row_count, point.recall);
    return qv_tuning_free(tuning);
}

#endif
