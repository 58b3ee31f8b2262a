/* Runs steps of the conformance cases through the C interface.
 *
 * way_c.py writes a step to standard input, a line for each thing that is told, in the order in which the functions
 * below take them: numbers as they are, texts with "=" before them, or "-" for none; arrays begin with their count; a
 * "." ends the step. The answer is a line of JSON on standard output: {"answer":…}, or {"error":"QV_ERROR_…",
 * "message":"…"}. */

#include "caching.h"

static qv_status create(void) {
    const char *collection = name();
    STRUCT(qv_collection_options, options);
    options.vector_field_count = number();
    SIZED(qv_vector_field, vectors, options.vector_field_count);
    for (uint64_t at = 0; at < options.vector_field_count; at++) tell_vector_field(&vectors[at]);
    options.vector_fields = vectors;
    options.field_count = number();
    SIZED(qv_field, fields, options.field_count);
    for (uint64_t at = 0; at < options.field_count; at++) {
        fields[at].name = name();
        fields[at].type = small();
    }
    options.fields = fields;
    options.text_fields = text_fields(&options.text_field_count);
    if (!options.text_field_count) options.flags = QV_COLLECTION_NO_WORDS;
    options.recall = real();
    options.cache_byte_limit = number();
    TRY(tell_encoder(&options.encoder));
    if (options.encoder) {
        options.metric = small();
        options.storage = small();
        options.index = name();
    }
    TRY(qv_create_collection(store, collection, &options, &at_hand));
    put("null");
    return QV_OK;
}

static qv_status schema(void) {
    qv_schema found;
    TRY(qv_collection_schema(at_hand, &found));
    uint64_t vectors, fields, texts;
    TRY(qv_schema_counts(found, &vectors, &fields, &texts));
    put("{\"vector_fields\":[");
    for (uint64_t at = 0; at < vectors; at++) {
        STRUCT(qv_vector_field, field);
        TRY(qv_schema_vector_field(found, at, &field));
        put_comma(at);
        put("{\"name\":");
        put_name(field.name);
        put(",\"index\":");
        put_name(field.index);
        put(",\"dimension\":%u,\"metric\":%u,\"storage\":%u,\"optional\":%s,\"columns\":{", field.dimension, field.metric,
            field.storage, field.flags & QV_VECTOR_OPTIONAL ? "true" : "false");
        for (uint64_t column = 0; column < field.column_count; column++) {
            put_comma(column);
            put_name(field.columns[column].name);
            put(":%u", field.columns[column].type);
        }
        put("}}");
    }
    put("],\"fields\":{");
    for (uint64_t at = 0; at < fields; at++) {
        STRUCT(qv_field, field);
        TRY(qv_schema_field(found, at, &field));
        put_comma(at);
        put_name(field.name);
        put(":%u", field.type);
    }
    put("},\"text_fields\":[");
    for (uint64_t at = 0; at < texts; at++) {
        STRUCT(qv_text_field, field);
        TRY(qv_schema_text_field(found, at, &field));
        put_comma(at);
        put("{\"field\":");
        put_name(field.field);
        put(",\"language\":");
        put_name(field.language);
        put(",\"boost\":%.17g}", field.boost);
    }
    double recall;
    TRY(qv_schema_recall(found, &recall));
    put("],\"recall\":%.17g}", recall);
    return qv_schema_free(found);
}

static qv_status collections(void) {
    qv_names names;
    TRY(qv_collection_names(store, &names));
    return put_names(names);
}

static qv_status snapshots(void) {
    qv_names names;
    TRY(qv_snapshot_names(store, &names));
    return put_names(names);
}

static qv_status drop(void) {
    put("null");
    return qv_drop_collection(store, name());
}

static qv_status snapshot_create(void) {
    put("null");
    return qv_create_snapshot(store, name());
}

static qv_status snapshot_drop(void) {
    put("null");
    return qv_drop_snapshot(store, name());
}

static qv_status compact(void) {
    put("null");
    return qv_compact(at_hand, NULL);
}

static qv_status seal(void) {
    put("null");
    return qv_seal(at_hand, NULL);
}

static qv_status maintain(void) {
    put("null");
    return qv_maintain(at_hand, NULL);
}

static qv_status statistics(void) {
    STRUCT(qv_statistics, found);
    TRY(qv_collection_statistics(at_hand, &found));
    put("{\"live\":%llu}", (unsigned long long)found.live_count);
    return QV_OK;
}

static qv_status train(void) {
    STRUCT(qv_training_options, options);
    options.index = name();
    const char *path = name();
    options.vector_field = name();
    options.row_limit = number();
    options.seed = number();
    put("null");
    return qv_train(at_hand, &options, path);
}

static qv_status verify(void) {
    put("null");
    return qv_verify(store_path, NULL);
}

static qv_status add_field(void) {
    STRUCT(qv_field, field);
    field.name = name();
    field.type = small();
    return qv_add_field(at_hand, &field);
}

static qv_status add_vector_field(void) {
    STRUCT(qv_vector_field, field);
    tell_vector_field(&field);
    return qv_add_vector_field(at_hand, &field);
}

static qv_status alter(void) {
    const char *change = name();
    put("null");
    if (strcmp(change, "add_field") == 0) return add_field();
    if (strcmp(change, "add_vector_field") == 0) return add_vector_field();
    if (strcmp(change, "set_recall") == 0) return qv_set_recall(at_hand, real());
    if (strcmp(change, "set_cache_byte_limit") == 0) return qv_set_cache_byte_limit(at_hand, number());
    if (strcmp(change, "set_text_fields") == 0) {
        uint64_t count;
        qv_text_field *fields = text_fields(&count);
        return qv_set_text_fields(at_hand, fields, count);
    }
    const char *first = name();
    if (strcmp(change, "drop_field") == 0) return qv_drop_field(at_hand, first);
    if (strcmp(change, "drop_vector_field") == 0) return qv_drop_vector_field(at_hand, first);
    const char *second = name();
    if (strcmp(change, "rename_field") == 0) return qv_rename_field(at_hand, first, second);
    if (strcmp(change, "rename_vector_field") == 0) return qv_rename_vector_field(at_hand, first, second);
    if (strcmp(change, "set_index") == 0) return qv_set_index(at_hand, first, second);
    if (strcmp(change, "set_trained") == 0) return qv_set_trained(at_hand, first, second);
    fail("a change that is not known");
    return QV_OK;
}

/* ---- Writing */

static qv_status write_documents(int is_insert) {
    uint32_t flags = small();
    uint64_t version = number(), count;
    qv_document *written = documents(&count);
    for (uint64_t at = 0; at < count; at++) {
        written[at].flags = flags;
        written[at].expected_version = version;
    }
    STRUCT(qv_receipt, receipt);
    TRY(is_insert ? qv_insert(at_hand, written, count, &receipt) : qv_upsert(at_hand, written, count, &receipt));
    put("{\"written\":%llu}", (unsigned long long)(receipt.inserted_count + receipt.replaced_count));
    return QV_OK;
}

static qv_status upsert(void) { return write_documents(0); }
static qv_status insert(void) { return write_documents(1); }

static qv_status update(void) {
    uint32_t flags = small();
    uint64_t version = number(), count = number();
    SIZED(qv_field_update, updates, count);
    for (uint64_t at = 0; at < count; at++) {
        updates[at].flags = flags;
        updates[at].expected_version = version;
        updates[at].key = key();
        updates[at].fields = values(&updates[at].field_count);
        updates[at].removed_count = number();
        const char **removed = ARRAY(const char *, updates[at].removed_count);
        for (uint64_t field = 0; field < updates[at].removed_count; field++) removed[field] = name();
        updates[at].removed = removed;
    }
    STRUCT(qv_receipt, receipt);
    TRY(qv_update(at_hand, updates, count, &receipt));
    put("{\"updated\":%llu}", (unsigned long long)receipt.updated_count);
    return QV_OK;
}

static qv_status delete_documents(void) {
    const char *filter = name();
    uint64_t count;
    qv_key *gone = keys(&count);
    STRUCT(qv_receipt, receipt);
    TRY(filter ? qv_delete_where(at_hand, filter, &receipt) : qv_delete(at_hand, gone, count, &receipt));
    put("{\"deleted\":%llu,\"missing\":%llu}", (unsigned long long)receipt.deleted_count,
        (unsigned long long)receipt.missing_count);
    return QV_OK;
}

/* ---- Texts */

static qv_status sentences(void) {
    uint64_t length, found;
    const char *divided = text(&length);
    STRUCT(qv_sentence_options, options);
    options.language = name();
    options.flags = small();
    qv_ranges ranges;
    const qv_range *array;
    TRY(qv_sentences(divided, length, &options, &ranges));
    TRY(qv_ranges_array(ranges, &array, &found));
    put("[");
    for (uint64_t at = 0; at < found; at++) {
        put_comma(at);
        put_string(divided + array[at].start, array[at].end - array[at].start);
    }
    put("]");
    return qv_ranges_free(ranges);
}

static qv_status terms(void) {
    uint64_t length;
    const char *analysed = text(&length);
    qv_names found;
    TRY(qv_terms(analysed, length, name(), &found));
    return put_names(found);
}

/* ---- Steps */

static const struct {
    const char *name;
    qv_status (*run)(void);
    /* Whether the collection, and the snapshot that has it, come first. */
    int has_collection;
} operations[] = {
    {"create", create, 0},
    {"schema", schema, 1},
    {"collections", collections, 0},
    {"drop", drop, 0},
    {"alter", alter, 1},
    {"snapshot_create", snapshot_create, 0},
    {"snapshot_drop", snapshot_drop, 0},
    {"snapshots", snapshots, 0},
    {"seal", seal, 1},
    {"maintain", maintain, 1},
    {"compact", compact, 1},
    {"statistics", statistics, 1},
    {"train", train, 1},
    {"verify", verify, 0},
    {"upsert", upsert, 1},
    {"insert", insert, 1},
    {"update", update, 1},
    {"delete", delete_documents, 1},
    {"get", get, 1},
    {"scan", scan, 1},
    {"count", count, 1},
    {"search", search, 1},
    {"neighbours", neighbours, 1},
    {"scores", scores, 1},
    {"cluster", cluster, 1},
    {"tune", tune, 1},
    {"describe", describe, 0},
    {"describe_bound", describe_bound, 1},
    {"encode", encode, 0},
    {"bind", bind_encoder, 1},
    {"encoders", encoders, 1},
    {"put", put_documents_by_texts, 1},
    {"cache_store", cache_store, 1},
    {"cache_entries", cache_entries, 1},
    {"cache_state", cache_state, 1},
    {"sentences", sentences, 0},
    {"terms", terms, 0},
};

/* Row numbers hold of one state, so that what is read is pinned. */
static qv_status take(const char *operation) {
    for (size_t at = 0; at < sizeof operations / sizeof *operations; at++) {
        if (strcmp(operation, operations[at].name) != 0) continue;
        if (!operations[at].has_collection) return operations[at].run();
        const char *collection = name(), *snapshot = name();
        int is_pinned = number() != 0;
        TRY(snapshot ? qv_open_snapshot(store, snapshot, collection, &at_hand)
                     : qv_open_collection(store, collection, &at_hand));
        if (is_pinned) {
            qv_collection live = at_hand;
            TRY(qv_pin(live, &at_hand));
            TRY(qv_close_collection(live));
        }
        return operations[at].run();
    }
    fail("an operation that is not known");
    return QV_OK;
}

static void answer_step(const char *operation) {
    put("{\"answer\":");
    qv_status status = take(operation);
    if (status) {
        answer_length = 0;
        put("{\"error\":\"%s\",\"message\":", qv_status_name(status));
        put_name(qv_error_message());
    }
    put("}");
    if (at_hand && qv_close_collection(at_hand)) fail("a collection that cannot be closed");
    at_hand = 0;
    close_encoders();
    /* What an error left unread. */
    while (strcmp(told(), ".") != 0) continue;
    puts(answer);
    fflush(stdout);
    answer_length = 0;
    forget();
}

int main(int argument_count, char **arguments) {
    if (argument_count != 2) fail("usage: conformance STORE");
    store_path = arguments[1];
    STRUCT(qv_open_options, options);
    options.flags = QV_OPEN_CREATE;
    if (qv_open(store_path, &options, &store)) fail(qv_error_message());
    for (char *operation = line(); operation; operation = line()) {
        char *own = ARRAY(char, strlen(operation) + 1);
        answer_step(strcpy(own, operation));
    }
    if (qv_close(store)) fail(qv_error_message());
    free(answer);
    free(kept);
    return 0;
}
