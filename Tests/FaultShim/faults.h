#ifndef FAULTS_H
#define FAULTS_H

#include "quiver_faults.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/// A call inside the watched folder, from `begin_call` to `end_call`, which have the one lock of the shim between them.
struct call {
    enum quiver_fault_kind kind;
    /// Relative to the folder.
    const char *path;
    /// What it is renamed or linked to.
    const char *other;
    uint64_t number;
    /// The file or folder that the call is about, 0 if there is none yet.
    uint64_t inode;
    /// Where bytes go, or the new length.
    int64_t offset;
    bool isDurable;
    bool isNew;
    /// What is to happen to it.
    bool fails, shortens, diesInside, diesAfter;
};

/// Numbers the call and looks what is to happen to it; may not return. With `fails`, `errno` is set.
struct call begin_call(enum quiver_fault_kind kind, const char *path, const char *other);

/// Records what came of it, and returns `result`, or ends the process. `errno` stays as it is.
long end_call(struct call *call, long result, const void *bytes);

/// The part of `path` below the watched folder, null if it is elsewhere. An absolute path only.
const char *watched(const char *path);

/// The watched path of an open file, null if it is none. Valid while the file is open.
const char *path_of(int descriptor);
bool is_durable(int descriptor);
void remember(int descriptor, const char *path, bool isDurable);
void forget(int descriptor);

/// The absolute path of `path` as seen from an open folder, in `buffer`; null if it cannot be told.
const char *absolute_path(int folder, const char *path, char *buffer, size_t size);

void open_log(void);
void log_call(const struct call *call, bool hasFailed, const void *bytes, uint64_t count);

#endif
