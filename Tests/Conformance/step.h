/* What a step is about, and the shortest ways to write one. */

#ifndef STEP_H
#define STEP_H

#include "answered.h"

/* Ends a step with what went wrong. */
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

#endif
