#include "qk_blas.h"

#include <pthread.h>

/* clang has no <omp.h>, and OpenBLAS's own header is not on every include path. */
extern int omp_get_max_threads(void);
extern void omp_set_num_threads(int count);
extern int openblas_get_parallel(void);
extern int openblas_get_num_threads(void);
extern void openblas_set_num_threads(int count);

enum { SERIAL = 0, PTHREAD = 1 };

static pthread_mutex_t pthread_count_lock = PTHREAD_MUTEX_INITIALIZER;
static int open_scopes = 0;
static int host_pthread_count = 1;

/* Recursive, since scopes nest: work that holds the lock may call back into the host. */
static pthread_mutex_t serial_lock;
static pthread_once_t serial_lock_once = PTHREAD_ONCE_INIT;

static void make_serial_lock(void) {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&serial_lock, &attributes);
    pthread_mutexattr_destroy(&attributes);
}

qk_blas_scope qk_blas_enter(void) {
    qk_blas_scope scope = {.openmp_threads = omp_get_max_threads()};
    omp_set_num_threads(1);
    switch (openblas_get_parallel()) {
    case SERIAL:
        pthread_once(&serial_lock_once, make_serial_lock);
        pthread_mutex_lock(&serial_lock);
        break;
    case PTHREAD:
        /* Only the outermost of all threads' scopes saves and restores: a later one would save our 1. */
        pthread_mutex_lock(&pthread_count_lock);
        if (open_scopes++ == 0) {
            host_pthread_count = openblas_get_num_threads();
            openblas_set_num_threads(1);
        }
        pthread_mutex_unlock(&pthread_count_lock);
        break;
    default:
        break;
    }
    return scope;
}

void qk_blas_leave(qk_blas_scope scope) {
    switch (openblas_get_parallel()) {
    case SERIAL:
        pthread_mutex_unlock(&serial_lock);
        break;
    case PTHREAD:
        pthread_mutex_lock(&pthread_count_lock);
        if (--open_scopes == 0) openblas_set_num_threads(host_pthread_count);
        pthread_mutex_unlock(&pthread_count_lock);
        break;
    default:
        break;
    }
    omp_set_num_threads(scope.openmp_threads);
}
