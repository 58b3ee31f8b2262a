#ifndef CHECK_H
#define CHECK_H

/* What the C tests share. They compile as C11 and as C++17. */

#include <quiver.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ends the program unless `condition` holds. */
#define CHECK(condition)                                                                       \
    do {                                                                                       \
        if (!(condition)) {                                                                    \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);            \
            exit(1);                                                                           \
        }                                                                                      \
    } while (0)

/* Ends the program unless `call` returns `status`; a failure must leave a message. */
#define EXPECT(status, call)                                                                   \
    do {                                                                                       \
        qv_status found_ = (call);                                                             \
        if (found_ != (status)) {                                                              \
            fprintf(stderr, "%s:%d: %s returned %s, expected %s: %s\n", __FILE__, __LINE__,    \
                    #call, qv_status_name(found_), #status, qv_error_message());               \
            exit(1);                                                                           \
        }                                                                                      \
        if (found_ != QV_OK) CHECK(strlen(qv_error_message()) > 0);                            \
    } while (0)

/* Declares a struct of the header with its size set and the rest zero. */
#define STRUCT(type, name)                                                                     \
    type name;                                                                                 \
    memset(&name, 0, sizeof name);                                                             \
    name.struct_size = (uint32_t)sizeof name

/* The path of `name` in the folder that the test was given. */
static inline const char *in_folder(const char *folder, const char *name) {
    static char path[4096];
    CHECK(snprintf(path, sizeof path, "%s/%s", folder, name) < (int)sizeof path);
    return path;
}

static inline qv_store open_store(const char *path, uint32_t flags) {
    STRUCT(qv_open_options, options);
    options.flags = flags;
    qv_store store = 0;
    EXPECT(QV_OK, qv_open(path, &options, &store));
    CHECK(store != 0);
    return store;
}

static inline qv_collection create_collection(qv_store store, const char *name, uint32_t dimension, uint32_t metric) {
    STRUCT(qv_collection_options, options);
    options.dimension = dimension;
    options.metric = metric;
    qv_collection collection = 0;
    EXPECT(QV_OK, qv_create_collection(store, name, &options, &collection));
    CHECK(collection != 0);
    return collection;
}

static inline qv_document document(qv_key key, const char *text, const float *vector, uint64_t vector_count) {
    STRUCT(qv_document, made);
    made.key = key;
    made.text = text;
    made.text_length = text ? strlen(text) : 0;
    made.vector = vector;
    made.vector_count = vector_count;
    return made;
}

static inline int key_is(qv_key key, const char *bytes) {
    return key.kind == QV_KEY_STRING && key.length == strlen(bytes) && memcmp(key.bytes, bytes, key.length) == 0;
}

#endif
