#define _GNU_SOURCE
#include "faults.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static enum { nothing, dieBefore, dieInside, dieAfter, fail, shorten } plan;
static uint64_t planned;
static int code;
static unsigned long kinds;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t count;
static char fired[512];

static const char *const names[] = {
    "open", "create", "write", "sync", "rename", "unlink", "mkdir",
    "rmdir", "truncate", "allocate", "link", "map", "lock", "mark",
};

__attribute__((constructor)) static void read_plan(void) {
    open_log();
    const char *text = getenv("QUIVER_FAULTS_PLAN");
    if (!text) return;
    static const char *const plans[] = {"", "die-before", "die-inside", "die-after", "fail", "shorten"};
    char word[16] = "";
    unsigned long long number = 0;
    if (sscanf(text, "%15s %llu %d %lu", word, &number, &code, &kinds) < 2) return;
    planned = number;
    for (int at = dieBefore; at <= shorten; at++) {
        if (strcmp(word, plans[at]) == 0) plan = at;
    }
}

/// As `kill -9` from outside: no handler runs, nothing is flushed.
static void die(void) {
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;) pause();
}

struct call begin_call(enum quiver_fault_kind kind, const char *path, const char *other) {
    pthread_mutex_lock(&lock);
    struct call call = {.kind = kind, .path = path, .other = other, .number = ++count};
    bool isPlanned = call.number == planned;
    if (isPlanned && plan == dieBefore) die();
    // What is no write has no inside.
    if (isPlanned && plan == dieInside && kind != QUIVER_FAULT_WRITE) die();
    call.diesInside = isPlanned && plan == dieInside;
    call.diesAfter = isPlanned && plan == dieAfter;
    call.shortens = isPlanned && plan == shorten && kind == QUIVER_FAULT_WRITE;
    bool isLasting = call.number > planned && (kinds >> kind & 1);
    call.fails = plan == fail && (isPlanned || isLasting);
    if ((call.fails || call.shortens) && !fired[0]) {
        snprintf(fired, sizeof fired, "%s %s", names[kind], path);
    }
    if (call.fails) errno = code;
    return call;
}

long end_call(struct call *call, long result, const void *bytes) {
    int saved = errno;
    bool isWrite = call->kind == QUIVER_FAULT_WRITE;
    bool hasFailed = isWrite ? result < 0 : call->fails || result == -1;
    log_call(call, hasFailed, bytes, isWrite && result > 0 ? (uint64_t)result : 0);
    if (call->diesInside || call->diesAfter) die();
    pthread_mutex_unlock(&lock);
    errno = saved;
    return result;
}

void quiver_faults_mark(uint64_t number) {
    int saved = errno;
    pthread_mutex_lock(&lock);
    struct call call = {.kind = QUIVER_FAULT_MARK, .path = "", .offset = (int64_t)number};
    log_call(&call, false, NULL, 0);
    pthread_mutex_unlock(&lock);
    errno = saved;
}

void quiver_faults_disarm(void) {
    pthread_mutex_lock(&lock);
    plan = nothing;
    pthread_mutex_unlock(&lock);
}

const char *quiver_faults_fired(void) {
    return fired[0] ? fired : NULL;
}
