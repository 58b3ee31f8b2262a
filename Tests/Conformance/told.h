/* What way_c.py tells: a line for each thing. */

#ifndef TOLD_H
#define TOLD_H

#include <quiver.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static void tell_sparse(const uint32_t **indices, const float **values, uint64_t *count) {
    uint32_t *found = ARRAY(uint32_t, *count = number());
    for (uint64_t at = 0; at < *count; at++) found[at] = small();
    *indices = found;
    *values = floats(count);
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
    case QV_FIELD_SPARSE: tell_sparse(&field->indices, &field->values, &field->length); break;
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

static qv_document *documents(uint64_t *count) {
    *count = number();
    SIZED(qv_document, found, *count);
    for (uint64_t at = 0; at < *count; at++) {
        qv_document *document = &found[at];
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
    field->trained = name();
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

#endif
