#undef _FORTIFY_SOURCE
#define _GNU_SOURCE
#include "faults.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

// The calls that change files.

static struct call begin_on(enum quiver_fault_kind kind, int descriptor, const char *name) {
    struct call call = begin_call(kind, name, NULL);
    int saved = errno;
    struct stat status;
    if (fstat(descriptor, &status) == 0) call.inode = status.st_ino;
    call.isDurable = is_durable(descriptor);
    errno = saved;
    return call;
}

/// How much of a write is in the file when a signal ends the process inside it: the kernel looks for one between
/// pages.
static size_t count_inside(size_t count, off_t offset) {
    off_t end = (offset + (off_t)count / 2) / 4096 * 4096;
    return end > offset ? (size_t)(end - offset) : 0;
}

/// Writes at `offset`, or where the file stands if that is −1.
static ssize_t write_at(int descriptor, const void *bytes, size_t count, off_t offset) {
    const char *name = path_of(descriptor);
    if (!name) {
        return offset < 0 ? syscall(SYS_write, descriptor, bytes, count)
                          : syscall(SYS_pwrite64, descriptor, bytes, count, offset);
    }
    struct call call = begin_on(QUIVER_FAULT_WRITE, descriptor, name);
    long result = -1;
    if (!call.fails) {
        call.offset = offset < 0 ? lseek(descriptor, 0, SEEK_CUR) : offset;
        if (call.diesInside) count = count_inside(count, call.offset);
        if (call.shortens && count > 1) count /= 2;
        result = offset < 0 ? syscall(SYS_write, descriptor, bytes, count)
                            : syscall(SYS_pwrite64, descriptor, bytes, count, offset);
    }
    return end_call(&call, result, bytes);
}

static ssize_t write_parts(int descriptor, const struct iovec *parts, int partCount, off_t offset) {
    if (!path_of(descriptor)) {
        return offset < 0 ? syscall(SYS_writev, descriptor, parts, partCount)
                          : syscall(SYS_pwritev, descriptor, parts, partCount, offset, 0);
    }
    size_t count = 0;
    for (int at = 0; at < partCount; at++) count += parts[at].iov_len;
    char *bytes = malloc(count), *end = bytes;
    for (int at = 0; at < partCount; at++) {
        memcpy(end, parts[at].iov_base, parts[at].iov_len);
        end += parts[at].iov_len;
    }
    ssize_t result = write_at(descriptor, bytes, count, offset);
    int saved = errno;
    free(bytes);
    errno = saved;
    return result;
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
    return write_at(descriptor, bytes, count, -1);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
    return write_at(descriptor, bytes, count, offset);
}

ssize_t writev(int descriptor, const struct iovec *parts, int partCount) {
    return write_parts(descriptor, parts, partCount, -1);
}

ssize_t pwritev(int descriptor, const struct iovec *parts, int partCount, off_t offset) {
    return write_parts(descriptor, parts, partCount, offset);
}

ssize_t pwrite64(int, const void *, size_t, off64_t) __attribute__((alias("pwrite")));
ssize_t pwritev64(int, const struct iovec *, int, off64_t) __attribute__((alias("pwritev")));

static int sync_by(long number, int descriptor) {
    const char *name = path_of(descriptor);
    if (!name) return (int)syscall(number, descriptor);
    struct call call = begin_on(QUIVER_FAULT_SYNC, descriptor, name);
    return (int)end_call(&call, call.fails ? -1 : syscall(number, descriptor), NULL);
}

int fsync(int descriptor) { return sync_by(SYS_fsync, descriptor); }
int fdatasync(int descriptor) { return sync_by(SYS_fdatasync, descriptor); }

int ftruncate(int descriptor, off_t length) {
    const char *name = path_of(descriptor);
    if (!name) return (int)syscall(SYS_ftruncate, descriptor, length);
    struct call call = begin_on(QUIVER_FAULT_TRUNCATE, descriptor, name);
    call.offset = length;
    return (int)end_call(&call, call.fails ? -1 : syscall(SYS_ftruncate, descriptor, length), NULL);
}

int ftruncate64(int, off64_t) __attribute__((alias("ftruncate")));

int fallocate(int descriptor, int mode, off_t offset, off_t length) {
    const char *name = path_of(descriptor);
    if (!name) return (int)syscall(SYS_fallocate, descriptor, mode, offset, length);
    struct call call = begin_on(QUIVER_FAULT_ALLOCATE, descriptor, name);
    call.offset = offset + length;
    long result = call.fails ? -1 : syscall(SYS_fallocate, descriptor, mode, offset, length);
    return (int)end_call(&call, result, NULL);
}

int fallocate64(int, int, off64_t, off64_t) __attribute__((alias("fallocate")));

int posix_fallocate(int descriptor, off_t offset, off_t length) {
    int saved = errno;
    int code = fallocate(descriptor, 0, offset, length) == 0 ? 0 : errno;
    errno = saved;
    return code;
}

int posix_fallocate64(int, off64_t, off64_t) __attribute__((alias("posix_fallocate")));

static int rename_at(int fromFolder, const char *from, int toFolder, const char *to, unsigned flags) {
    char fromBuffer[PATH_MAX], toBuffer[PATH_MAX];
    const char *name = watched(absolute_path(fromFolder, from, fromBuffer, PATH_MAX));
    const char *other = watched(absolute_path(toFolder, to, toBuffer, PATH_MAX));
    if (!name || !other) {
        return (int)syscall(SYS_renameat2, fromFolder, from, toFolder, to, flags);
    }
    struct call call = begin_call(QUIVER_FAULT_RENAME, name, other);
    long result = call.fails ? -1 : syscall(SYS_renameat2, fromFolder, from, toFolder, to, flags);
    return (int)end_call(&call, result, NULL);
}

int rename(const char *from, const char *to) {
    return rename_at(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int renameat(int fromFolder, const char *from, int toFolder, const char *to) {
    return rename_at(fromFolder, from, toFolder, to, 0);
}

int renameat2(int fromFolder, const char *from, int toFolder, const char *to, unsigned flags) {
    return rename_at(fromFolder, from, toFolder, to, flags);
}

int link(const char *from, const char *to) {
    const char *name = watched(from), *other = watched(to);
    if (!name || !other) return (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
    struct call call = begin_call(QUIVER_FAULT_LINK, name, other);
    long result = call.fails ? -1 : syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
    return (int)end_call(&call, result, NULL);
}

int unlinkat(int folder, const char *path, int flags) {
    char buffer[PATH_MAX];
    const char *name = watched(absolute_path(folder, path, buffer, PATH_MAX));
    if (!name) return (int)syscall(SYS_unlinkat, folder, path, flags);
    bool isFolder = flags & AT_REMOVEDIR;
    struct call call = begin_call(isFolder ? QUIVER_FAULT_RMDIR : QUIVER_FAULT_UNLINK, name, NULL);
    long result = call.fails ? -1 : syscall(SYS_unlinkat, folder, path, flags);
    return (int)end_call(&call, result, NULL);
}

int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }

int mkdirat(int folder, const char *path, mode_t mode) {
    char buffer[PATH_MAX];
    const char *name = watched(absolute_path(folder, path, buffer, PATH_MAX));
    if (!name) return (int)syscall(SYS_mkdirat, folder, path, mode);
    struct call call = begin_call(QUIVER_FAULT_MKDIR, name, NULL);
    long result = call.fails ? -1 : syscall(SYS_mkdirat, folder, path, mode);
    struct stat status;
    int saved = errno;
    if (result == 0 && fstatat(folder, path, &status, 0) == 0) call.inode = status.st_ino;
    errno = saved;
    return (int)end_call(&call, result, NULL);
}

int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }
