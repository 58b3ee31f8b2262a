/* Caches. */

#ifndef CACHING_H
#define CACHING_H

#include "reading.h"

static qv_status cache_store(void) {
    const char *model = name();
    uint64_t count;
    qv_document *entries = documents(&count);
    put("null");
    return qv_cache_store(at_hand, model, entries, count);
}

static qv_status cache_entries(void) {
    const char *model = name();
    uint64_t count;
    qv_key *wanted = keys(&count);
    qv_documents entries;
    TRY(qv_cache_entries(at_hand, model, wanted, count, small(), &entries));
    return put_documents(entries);
}

static qv_status cache_state(void) {
    qv_schema schema;
    uint64_t limit;
    TRY(qv_collection_schema(at_hand, &schema));
    TRY(qv_schema_cache(schema, &limit));
    STRUCT(qv_statistics, found);
    TRY(qv_collection_statistics(at_hand, &found));
    put("{\"byte_limit\":%llu,\"hits\":%llu,\"misses\":%llu,\"evictions\":%llu}", (unsigned long long)limit,
        (unsigned long long)found.cache_hit_count, (unsigned long long)found.cache_miss_count,
        (unsigned long long)found.cache_eviction_count);
    return qv_schema_free(schema);
}

#endif
