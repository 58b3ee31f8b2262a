/* Runs steps of the conformance cases through the C interface.
 *
 * way_c.py writes a step to standard input, a line for each thing that is told, in the order in which the functions below take
 * them: numbers as they are, texts with "=" before them, or "-" for none; arrays begin with their count. The answer is a line of
 * JSON on standard output: {"answer":…}, or {"error":"QV_ERROR_…","message":"…"}. */

#include <quiver.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- What is told */

/* What one step needs, freed behind it. */
static void **kept;
static size_t kept_count;

static void fail(const char *what) {
    fprintf(stderr, "conformance: %s\n", what);
    exit(1);
}

static void *keep(size_t size) {
    void *memory = calloc(1, size ? size : 1);
    kept = (void **)realloc(kept, (kept_count + 1) * sizeof *kept);
    if (!memory || !kept) fail("no memory");
    return kept[kept_count++] = memory;
}

static void forget(void) {
    while (kept_count) free(kept[--kept_count]);
}

#define ARRAY(type, count) ((type *)keep((size_t)(count) * sizeof(type)))

/* Arrays of structs with a size. */
#define SIZED(type, name, count)                                                                                \
    type *name = ARRAY(type, count);                                                                            \
    for (uint64_t sized_ = 0; sized_ < (count); sized_++) name[sized_].struct_size = (uint32_t)sizeof(type)

/* A line without its end; NULL behind the last. */
static char *line(void) {
    static char *buffer;
    static size_t capacity;
    size_t length = 0;
    for (int byte = getchar(); byte != '\n'; byte = getchar()) {
        if (byte == EOF) {
            free(buffer);
            buffer = NULL;
            return NULL;
        }
        if (length + 1 >= capacity) buffer = (char *)realloc(buffer, capacity = capacity * 2 + 64);
        if (!buffer) fail("no memory");
        buffer[length++] = (char)byte;
    }
    if (!buffer) fail("an empty line");
    buffer[length] = 0;
    return buffer;
}

static char *told(void) {
    char *found = line();
    if (!found) fail("a step that does not end");
    return found;
}

static uint64_t number(void) { return strtoull(told(), NULL, 10); }
static uint32_t small(void) { return (uint32_t)number(); }
static int64_t integer(void) { return strtoll(told(), NULL, 10); }
static double real(void) { return strtod(told(), NULL); }

/* A text, or NULL. %XX stands for a byte. */
static char *text(uint64_t *length) {
    const char *from = told();
    *length = 0;
    if (*from == '-') return NULL;
    char *found = ARRAY(char, strlen(from));
    for (from++; *from; from++) {
        if (*from != '%') {
            found[(*length)++] = *from;
            continue;
        }
        const char digits[3] = {from[1], from[2], 0};
        found[(*length)++] = (char)strtoul(digits, NULL, 16);
        from += 2;
    }
    return found;
}

static const char *name(void) {
    uint64_t length;
    return text(&length);
}

static qv_key key(void) {
    qv_key found;
    memset(&found, 0, sizeof found);
    if (strcmp(told(), "integer") == 0) {
        found.kind = QV_KEY_INTEGER;
        found.integer = number();
        return found;
    }
    uint64_t length;
    found.kind = QV_KEY_STRING;
    found.bytes = text(&length);
    found.length = (uint32_t)length;
    return found;
}

static qv_key *keys(uint64_t *count) {
    *count = number();
    qv_key *found = ARRAY(qv_key, *count);
    for (uint64_t at = 0; at < *count; at++) found[at] = key();
    return found;
}

static float *floats(uint64_t *count) {
    *count = number();
    float *found = ARRAY(float, *count);
    for (uint64_t at = 0; at < *count; at++) found[at] = (float)real();
    return found;
}

static void tell_value(qv_field *field) {
    switch (field->type = small()) {
    case QV_FIELD_STRING: field->bytes = text(&field->length); break;
    case QV_FIELD_INT64:
    case QV_FIELD_BOOL: field->integer = integer(); break;
    case QV_FIELD_DOUBLE: field->number = real(); break;
    case QV_FIELD_TIMESTAMP:
        field->integer = integer();
        field->nanoseconds = small();
        break;
    case QV_FIELD_STRINGS: {
        qv_string *strings = ARRAY(qv_string, field->length = number());
        for (uint64_t at = 0; at < field->length; at++) strings[at].bytes = text(&strings[at].length);
        field->strings = strings;
        break;
    }
    case QV_FIELD_BYTES: {
        char *bytes = ARRAY(char, field->length = number());
        for (uint64_t at = 0; at < field->length; at++) bytes[at] = (char)number();
        field->bytes = bytes;
        break;
    }
    case QV_FIELD_INT32S: {
        int32_t *integers = ARRAY(int32_t, field->length = number());
        for (uint64_t at = 0; at < field->length; at++) integers[at] = (int32_t)integer();
        field->integers = integers;
        break;
    }
    default: break;
    }
}

static qv_field *values(uint64_t *count) {
    *count = number();
    SIZED(qv_field, found, *count);
    for (uint64_t at = 0; at < *count; at++) {
        found[at].name = name();
        tell_value(&found[at]);
    }
    return found;
}

static void tell_column(qv_row_column *column) {
    column->name = name();
    column->type = small();
    column->count = number();
    char *numbers = ARRAY(char, column->count * 8);
    for (uint64_t at = 0; at < column->count; at++) {
        switch (column->type) {
        case QV_COLUMN_INT8: ((int8_t *)numbers)[at] = (int8_t)integer(); break;
        case QV_COLUMN_INT16: ((int16_t *)(void *)numbers)[at] = (int16_t)integer(); break;
        case QV_COLUMN_INT32: ((int32_t *)(void *)numbers)[at] = (int32_t)integer(); break;
        case QV_COLUMN_INT64: ((int64_t *)(void *)numbers)[at] = integer(); break;
        default: ((float *)(void *)numbers)[at] = (float)real(); break;
        }
    }
    column->numbers = numbers;
}

static qv_row_column *columns(uint64_t *count) {
    *count = number();
    qv_row_column *found = ARRAY(qv_row_column, *count);
    for (uint64_t at = 0; at < *count; at++) tell_column(&found[at]);
    return found;
}

static void tell_vector_field(qv_vector_field *field) {
    field->name = name();
    field->dimension = small();
    field->metric = small();
    field->storage = small();
    field->index = name();
    field->flags = small();
    field->columns = columns(&field->column_count);
}

static qv_text_field *text_fields(uint64_t *count) {
    *count = number();
    SIZED(qv_text_field, found, *count);
    for (uint64_t at = 0; at < *count; at++) {
        found[at].field = name();
        found[at].language = name();
        found[at].boost = real();
    }
    return found;
}

/* ---- What is answered */

static char *answer;
static size_t answer_length, answer_capacity;

static void put(const char *format, ...) {
    for (;;) {
        va_list arguments;
        va_start(arguments, format);
        size_t room = answer_capacity - answer_length;
        int length = vsnprintf(answer ? answer + answer_length : NULL, room, format, arguments);
        va_end(arguments);
        if (length < 0) fail("an answer that cannot be written");
        if ((size_t)length < room) {
            answer_length += (size_t)length;
            return;
        }
        answer = (char *)realloc(answer, answer_capacity = (answer_capacity + (size_t)length) * 2);
        if (!answer) fail("no memory");
    }
}

static void put_string(const char *bytes, uint64_t length) {
    put("\"");
    for (uint64_t at = 0; at < length; at++) {
        unsigned char byte = (unsigned char)bytes[at];
        if (byte < 32 || byte == '"' || byte == '\\')
            put("\\u%04x", byte);
        else
            put("%c", byte);
    }
    put("\"");
}

static void put_name(const char *bytes) {
    if (bytes)
        put_string(bytes, strlen(bytes));
    else
        put("null");
}

/* Between two elements. */
static void put_comma(uint64_t at) {
    if (at) put(",");
}

static void put_key(qv_key key) {
    if (key.kind == QV_KEY_INTEGER)
        put("%llu", (unsigned long long)key.integer);
    else
        put_string(key.bytes, key.length);
}

static void put_floats(const float *numbers, uint64_t count) {
    put("[");
    for (uint64_t at = 0; at < count; at++) {
        put_comma(at);
        put("%.9g", numbers[at]);
    }
    put("]");
}

static void put_value(const qv_field *field) {
    switch (field->type) {
    case QV_FIELD_STRING: put_string(field->bytes, field->length); break;
    case QV_FIELD_INT64: put("%lld", (long long)field->integer); break;
    case QV_FIELD_DOUBLE: put("%.17g", field->number); break;
    case QV_FIELD_BOOL: put(field->integer ? "true" : "false"); break;
    case QV_FIELD_TIMESTAMP: put("{\"timestamp\":[%lld,%u]}", (long long)field->integer, field->nanoseconds); break;
    case QV_FIELD_STRINGS:
        put("[");
        for (uint64_t at = 0; at < field->length; at++) {
            put_comma(at);
            put_string(field->strings[at].bytes, field->strings[at].length);
        }
        put("]");
        break;
    case QV_FIELD_BYTES:
        put("{\"bytes\":[");
        for (uint64_t at = 0; at < field->length; at++) {
            put_comma(at);
            put("%u", (unsigned char)field->bytes[at]);
        }
        put("]}");
        break;
    case QV_FIELD_INT32S:
        put("[");
        for (uint64_t at = 0; at < field->length; at++) {
            put_comma(at);
            put("%d", field->integers[at]);
        }
        put("]");
        break;
    default: put("null"); break;
    }
}

static void put_column_number(const qv_row_column *column, uint64_t row) {
    switch (column->type) {
    case QV_COLUMN_INT8: put("%d", ((const int8_t *)column->numbers)[row]); break;
    case QV_COLUMN_INT16: put("%d", ((const int16_t *)column->numbers)[row]); break;
    case QV_COLUMN_INT32: put("%d", ((const int32_t *)column->numbers)[row]); break;
    case QV_COLUMN_INT64: put("%lld", (long long)((const int64_t *)column->numbers)[row]); break;
    default: put("%.9g", ((const float *)column->numbers)[row]); break;
    }
}

static qv_status put_names(qv_names names) {
    const qv_string *array;
    uint64_t count;
    qv_status status = qv_names_array(names, &array, &count);
    if (status) return status;
    put("[");
    for (uint64_t at = 0; at < count; at++) {
        put_comma(at);
        put_string(array[at].bytes, array[at].length);
    }
    put("]");
    return qv_names_free(names);
}

/* ---- Operations */

#define TRY(call)                                                                                                \
    do {                                                                                                         \
        qv_status status_ = (call);                                                                              \
        if (status_) return status_;                                                                             \
    } while (0)

#define STRUCT(type, made)                                                                                       \
    type made;                                                                                                   \
    memset(&made, 0, sizeof made);                                                                               \
    made.struct_size = (uint32_t)sizeof made

static qv_store store;
static const char *store_path;
/* The collection of the step that is taken. */
static qv_collection at_hand;

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
    fail("a change that is not known");
    return QV_OK;
}

/* ---- Writing */

static qv_status write_documents(int is_insert) {
    uint64_t count = number();
    SIZED(qv_document, documents, count);
    for (uint64_t at = 0; at < count; at++) {
        qv_document *document = &documents[at];
        document->key = key();
        document->text = text(&document->text_length);
        document->vectors_count = number();
        SIZED(qv_vectors, vectors, document->vectors_count);
        for (uint64_t field = 0; field < document->vectors_count; field++) {
            vectors[field].field = name();
            vectors[field].numbers = floats(&vectors[field].number_count);
            vectors[field].columns = columns(&vectors[field].column_count);
        }
        document->vectors = vectors;
        document->fields = values(&document->field_count);
    }
    STRUCT(qv_receipt, receipt);
    TRY(is_insert ? qv_insert(at_hand, documents, count, &receipt) : qv_upsert(at_hand, documents, count, &receipt));
    put("{\"written\":%llu}", (unsigned long long)(receipt.inserted_count + receipt.replaced_count));
    return QV_OK;
}

static qv_status upsert(void) { return write_documents(0); }
static qv_status insert(void) { return write_documents(1); }

static qv_status update(void) {
    uint64_t count = number();
    SIZED(qv_field_update, updates, count);
    for (uint64_t at = 0; at < count; at++) {
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

/* ---- Reading */

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

static void tell_source(qv_source *source) {
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
        for (uint64_t at = 0; at < queries[query].source_count; at++) tell_source(&sources[at]);
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
    {"compact", compact, 1},
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
