#include <xxhash.h>
// Debian's library has the loops of each x86 instruction set, and takes one at run time, under names of their own.
#if defined(__x86_64__) && __has_include(<xxh_x86dispatch.h>)
#include <xxh_x86dispatch.h>
#endif

// XXH3_64bits_withSeed with the widest instructions that there are: macros do not reach Swift.
static inline XXH64_hash_t cxxhash_xxh3(const void *bytes, size_t byte_count, XXH64_hash_t seed)
{
    return XXH3_64bits_withSeed(bytes, byte_count, seed);
}
