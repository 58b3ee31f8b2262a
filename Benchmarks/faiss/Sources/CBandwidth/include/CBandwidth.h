#ifndef CBANDWIDTH_H
#define CBANDWIDTH_H

#include <stddef.h>

/* Ways to read memory once from end to end with nothing else to do: the limit of a search that looks at every row. */
#define BANDWIDTH_WAYS 3

/* Reads `byte_count` bytes, a multiple of 4,096, in one of the ways. The result only keeps the loads alive. */
unsigned bandwidth_read(const void *bytes, size_t byte_count, int way);

#endif
