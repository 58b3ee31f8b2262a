/* Encoders, and what is told of texts that they encode. */

#ifndef ENCODING_H
#define ENCODING_H

#include "step.h"

/* The encoders that a step has opened. */
static qv_encoder opened[16];
static size_t opened_count;

/* 0 where none is told. */
static qv_status tell_encoder(qv_encoder *encoder) {
    *encoder = 0;
    if (!number()) return QV_OK;
    const char *folder = name();
    STRUCT(qv_encoder_options, options);
    options.mode = small();
    options.flags = small();
    options.maximum_tokens = small();
    options.prefix_dimension = small();
    if (opened_count == sizeof opened / sizeof *opened) fail("a step of too many encoders");
    TRY(qv_open_encoder(folder, &options, encoder));
    opened[opened_count++] = *encoder;
    return QV_OK;
}

static void close_encoders(void) {
    while (opened_count)
        if (qv_close_encoder(opened[--opened_count])) fail("an encoder that cannot be closed");
}

static qv_status put_description(qv_encoder encoder) {
    STRUCT(qv_encoder_report, report);
    TRY(qv_describe_encoder(encoder, &report));
    put("{\"mode\":%u,\"dimension\":%u,\"maximum_tokens\":%u,\"location\":", report.mode, report.dimension,
        report.maximum_tokens);
    put_name(report.location);
    put(",\"columns\":{");
    for (uint64_t column = 0; column < report.column_count; column++) {
        put_comma(column);
        put_name(report.columns[column].name);
        put(":%u", report.columns[column].type);
    }
    put("}}");
    return QV_OK;
}

static qv_status describe(void) {
    qv_encoder encoder;
    TRY(tell_encoder(&encoder));
    return put_description(encoder);
}

/* The encoder that a vector field is bound to. */
static qv_status describe_bound(void) {
    qv_encoder encoder;
    TRY(qv_open_collection_encoder(at_hand, name(), NULL, &encoder));
    opened[opened_count++] = encoder;
    return put_description(encoder);
}

static void put_encoded(const qv_encoded_rows *encoded, uint64_t text) {
    uint64_t first = encoded->ends[text], end = encoded->ends[text + 1];
    put("{\"token_count\":%llu,\"rows\":[", (unsigned long long)encoded->token_counts[text]);
    for (uint64_t row = first; row < end; row++) {
        put_comma(row - first);
        put_floats(encoded->rows + row * encoded->dimension, encoded->dimension);
    }
    put("],\"columns\":{");
    for (uint64_t column = 0; column < encoded->column_count; column++) {
        put_comma(column);
        put_name(encoded->columns[column].name);
        put(":[");
        for (uint64_t row = first; row < end; row++) {
            put_comma(row - first);
            put_column_number(&encoded->columns[column], row);
        }
        put("]");
    }
    put("}}");
}

static qv_status encode(void) {
    qv_encoder encoder;
    TRY(tell_encoder(&encoder));
    STRUCT(qv_encode_options, options);
    options.role = small();
    options.thread_count = small();
    options.token_budget = number();
    uint64_t count = number();
    qv_string *texts = ARRAY(qv_string, count);
    for (uint64_t at = 0; at < count; at++) texts[at].bytes = text(&texts[at].length);
    qv_encoded encoded;
    TRY(qv_encode(encoder, texts, count, &options, &encoded));
    STRUCT(qv_encoded_rows, rows);
    TRY(qv_encoded_array(encoded, &rows));
    put("[");
    for (uint64_t at = 0; at < rows.text_count; at++) {
        put_comma(at);
        put_encoded(&rows, at);
    }
    put("]");
    return qv_encoded_free(encoded);
}

static qv_status bind_encoder(void) {
    const char *vector_field = name();
    qv_encoder encoder;
    TRY(tell_encoder(&encoder));
    put("null");
    return qv_bind_encoder(at_hand, vector_field, encoder);
}

/* Where the encoders of vector fields are that are bound to one. */
static qv_status encoders(void) {
    qv_schema schema;
    uint64_t fields, shown = 0;
    TRY(qv_collection_schema(at_hand, &schema));
    TRY(qv_schema_counts(schema, &fields, NULL, NULL));
    put("{");
    for (uint64_t at = 0; at < fields; at++) {
        const char *identity, *location;
        STRUCT(qv_vector_field, field);
        TRY(qv_schema_vector_field(schema, at, &field));
        TRY(qv_schema_encoder(schema, at, &identity, &location));
        if (!identity) continue;
        put_comma(shown++);
        put_name(field.name);
        put(":");
        put_name(location);
    }
    put("}");
    return qv_schema_free(schema);
}

static qv_status put_documents_by_texts(void) {
    STRUCT(qv_put_options, options);
    options.vector_field = name();
    TRY(tell_encoder(&options.encoder));
    options.flags = small();
    options.batch_count = number();
    options.token_budget = number();
    options.thread_count = small();
    uint64_t count;
    qv_document *written = documents(&count);
    STRUCT(qv_receipt, receipt);
    TRY(qv_put(at_hand, written, count, &options, &receipt));
    put("{\"written\":%llu}", (unsigned long long)(receipt.inserted_count + receipt.replaced_count));
    return QV_OK;
}

#endif
