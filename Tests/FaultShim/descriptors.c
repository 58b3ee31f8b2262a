#undef _FORTIFY_SOURCE
#define _GNU_SOURCE
#include "faults.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// The calls that open, close, map and lock. Each makes the system call itself: there is nothing to look up, and what
// the C library does inside is not seen twice.

static uint64_t inode_of(int descriptor) {
    struct stat status;
    return fstat(descriptor, &status) == 0 ? status.st_ino : 0;
}

static int open_at(int folder, const char *path, int flags, mode_t mode) {
    char buffer[PATH_MAX];
    const char *absolute = absolute_path(folder, path, buffer, sizeof buffer);
    const char *name = watched(absolute);
    if (!name) return (int)syscall(SYS_openat, folder, path, flags, mode);
    bool creates = flags & O_CREAT;
    struct call call = begin_call(creates ? QUIVER_FAULT_CREATE : QUIVER_FAULT_OPEN, name, NULL);
    int result = -1;
    if (!call.fails) {
        bool isThere = syscall(SYS_faccessat, AT_FDCWD, absolute, F_OK) == 0;
        result = (int)syscall(SYS_openat, AT_FDCWD, absolute, flags, mode);
        if (result >= 0) {
            call.inode = inode_of(result);
            call.isNew = creates && !isThere;
            call.offset = flags & O_TRUNC ? 0 : -1;
            remember(result, name, flags & O_DSYNC);
        }
    }
    return (int)end_call(&call, result, NULL);
}

static mode_t mode_in(int flags, va_list arguments) {
    return flags & (O_CREAT | __O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
}

int open(const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = mode_in(flags, arguments);
    va_end(arguments);
    return open_at(AT_FDCWD, path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = mode_in(flags, arguments);
    va_end(arguments);
    return open_at(folder, path, flags, mode);
}

int creat(const char *path, mode_t mode) {
    return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

int __open_2(const char *path, int flags) { return open_at(AT_FDCWD, path, flags, 0); }
int __openat_2(int folder, const char *path, int flags) { return open_at(folder, path, flags, 0); }

int open64(const char *, int, ...) __attribute__((alias("open")));
int openat64(int, const char *, int, ...) __attribute__((alias("openat")));
int creat64(const char *, mode_t) __attribute__((alias("creat")));
int __open64_2(const char *, int) __attribute__((alias("__open_2")));
int __openat64_2(int, const char *, int) __attribute__((alias("__openat_2")));

/// Reading a folder takes a descriptor as well. Not recorded as open: nobody writes to it.
DIR *opendir(const char *path) {
    static DIR *(*real)(const char *);
    if (!real) real = (DIR * (*)(const char *)) dlsym(RTLD_NEXT, "opendir");
    const char *name = watched(path);
    if (!name) return real(path);
    struct call call = begin_call(QUIVER_FAULT_OPEN, name, NULL);
    DIR *result = call.fails ? NULL : real(path);
    end_call(&call, result ? 0 : -1, NULL);
    return result;
}

int close(int descriptor) {
    forget(descriptor);
    return (int)syscall(SYS_close, descriptor);
}

void *mmap(void *address, size_t length, int protection, int flags, int descriptor, off_t offset) {
    const char *name = flags & MAP_ANONYMOUS ? NULL : path_of(descriptor);
    long result = -1;
    if (!name) {
        result = syscall(SYS_mmap, address, length, protection, flags, descriptor, offset);
    } else {
        struct call call = begin_call(QUIVER_FAULT_MAP, name, NULL);
        if (!call.fails) {
            result = syscall(SYS_mmap, address, length, protection, flags, descriptor, offset);
        }
        end_call(&call, result, NULL);
    }
    return (void *)result;
}

void *mmap64(void *, size_t, int, int, int, off64_t) __attribute__((alias("mmap")));

int flock(int descriptor, int operation) {
    const char *name = path_of(descriptor);
    // Giving a lock back does not fail.
    if (!name || operation & LOCK_UN) return (int)syscall(SYS_flock, descriptor, operation);
    struct call call = begin_call(QUIVER_FAULT_LOCK, name, NULL);
    // Not waited for under the shim's own lock.
    long result = call.fails ? -1 : syscall(SYS_flock, descriptor, operation | LOCK_NB);
    end_call(&call, result, NULL);
    bool waits = !call.fails && result != 0 && errno == EWOULDBLOCK && !(operation & LOCK_NB);
    return (int)(waits ? syscall(SYS_flock, descriptor, operation) : result);
}
