#ifndef QUIVER_FAULTS_H
#define QUIVER_FAULTS_H

// libQuiverFaults.so stands between a program and the kernel (LD_PRELOAD), for one folder: it numbers the
// calls there that open, map, lock or change files, records them, makes one fail, or ends the process at one.
//
//   QUIVER_FAULTS_FOLDER  the folder, absolute and without links; nothing outside it is touched
//   QUIVER_FAULTS_LOG     where to record every call, with its bytes (the format: log.c)
//   QUIVER_FAULTS_PLAN    what happens at call N, counted from 1:
//       die-before N | die-inside N | die-after N    SIGKILL; inside is after half of a write's pages
//       fail N CODE KINDS                             errno CODE, once if KINDS is 0; if not, every call from N on
//                                                     whose kind has its bit in KINDS fails with it
//       shorten N                                     half of a write is written, and its count returned
//
// Without these it does nothing. A program finds the functions below by dlsym.

#include <stdint.h>

/// What a call does. The numbers are in logs and plans.
enum quiver_fault_kind {
    QUIVER_FAULT_OPEN = 0,      ///< opens what is there
    QUIVER_FAULT_CREATE = 1,    ///< opens with O_CREAT
    QUIVER_FAULT_WRITE = 2,     ///< write, pwrite, writev, pwritev
    QUIVER_FAULT_SYNC = 3,      ///< fsync, fdatasync
    QUIVER_FAULT_RENAME = 4,
    QUIVER_FAULT_UNLINK = 5,
    QUIVER_FAULT_MKDIR = 6,
    QUIVER_FAULT_RMDIR = 7,
    QUIVER_FAULT_TRUNCATE = 8,  ///< ftruncate, truncate
    QUIVER_FAULT_ALLOCATE = 9,  ///< fallocate, posix_fallocate
    QUIVER_FAULT_LINK = 10,
    QUIVER_FAULT_MAP = 11,
    QUIVER_FAULT_LOCK = 12,     ///< flock
    QUIVER_FAULT_MARK = 13,     ///< no call: what `quiver_faults_mark` recorded
};

/// Records that the program has come to `number`: an operation has returned.
void quiver_faults_mark(uint64_t number);

/// Nothing fails from now on.
void quiver_faults_disarm(void);

/// The call that was made to fail, as `sync catalog.mdb`; null if none was yet. Valid until the process ends.
const char *quiver_faults_fired(void);

#endif
