#define _GNU_SOURCE
#include "faults.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

// The log is records of a header, two paths and the bytes of a write, all little-endian:
//
//   u32 kind   u32 flags   u64 number   u64 inode   i64 offset   u64 byte count
//   u32 length of path   u32 length of the other path   path   other path   bytes
//
// Flags: 1 the call failed, 2 what it wrote is durable (O_DSYNC), 4 it made the file.

struct header {
    uint32_t kind, flags;
    uint64_t number, inode;
    int64_t offset;
    uint64_t byteCount;
    uint32_t pathLength, otherLength;
};

static int descriptor = -1;

void open_log(void) {
    const char *path = getenv("QUIVER_FAULTS_LOG");
    if (!path) return;
    int opened = (int)syscall(
        SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
    // Out of the way: programs look at the numbers of their files.
    descriptor = fcntl(opened, F_DUPFD_CLOEXEC, 900);
    syscall(SYS_close, opened);
}

static void append(const void *bytes, uint64_t count) {
    const char *rest = bytes;
    while (count > 0) {
        long written = syscall(SYS_write, descriptor, rest, count);
        if (written <= 0) abort();
        rest += written;
        count -= (uint64_t)written;
    }
}

void log_call(const struct call *call, bool hasFailed, const void *bytes, uint64_t count) {
    if (descriptor < 0) return;
    struct header header = {
        .kind = call->kind,
        .flags = (hasFailed ? 1u : 0u) | (call->isDurable ? 2u : 0u) | (call->isNew ? 4u : 0u),
        .number = call->number,
        .inode = call->inode,
        .offset = call->offset,
        .byteCount = count,
        .pathLength = call->path ? (uint32_t)strlen(call->path) : 0,
        .otherLength = call->other ? (uint32_t)strlen(call->other) : 0,
    };
    append(&header, sizeof header);
    append(call->path, header.pathLength);
    append(call->other, header.otherLength);
    append(bytes, count);
}
