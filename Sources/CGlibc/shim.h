// Calls of glibc and Linux that Swift's Glibc lacks.
#ifndef QUIVER_CGLIBC_SHIM_H
#define QUIVER_CGLIBC_SHIM_H

#include <linux/fs.h>
#include <malloc.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

// sync_file_range(2): begins to write the bytes to disk, and does not wait for it.
static inline int cglibc_start_writeback(int descriptor, int64_t offset, int64_t byte_count)
{
    return (int)syscall(SYS_sync_file_range, descriptor, offset, byte_count, SYNC_FILE_RANGE_WRITE);
}

// malloc_trim(3): gives the system back what the allocator keeps of freed memory, in every arena.
static inline void cglibc_give_back_freed_memory(void) { malloc_trim(0); }

#endif
