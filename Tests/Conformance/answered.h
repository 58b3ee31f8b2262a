/* The answer, which is put together as JSON. */

#ifndef ANSWERED_H
#define ANSWERED_H

#include "told.h"

#include <stdarg.h>

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
    case QV_FIELD_SPARSE:
        put("{\"indices\":[");
        for (uint64_t at = 0; at < field->length; at++) {
            put_comma(at);
            put("%u", field->indices[at]);
        }
        put("],\"values\":");
        put_floats(field->values, field->length);
        put("}");
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

#endif
