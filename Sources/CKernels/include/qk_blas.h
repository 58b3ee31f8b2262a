#ifndef QK_BLAS_H
#define QK_BLAS_H

#ifdef __cplusplus
extern "C" {
#endif

/* One thread for BLAS and OpenMP around a piece of work, whatever flavour of OpenBLAS was loaded:
 *
 *     qk_blas_scope scope = qk_blas_enter();
 *     cblas_sgemm(…);
 *     qk_blas_leave(scope);
 *
 * OpenMP's thread count is per calling thread: it is set to 1 and the host's value is put back.
 * What else is done depends on the flavour (`openblas_get_parallel`):
 * OpenMP   nothing, its count is OpenMP's.
 * pthread  its count is one a process: 1 as long as any scope is open, then the host's value again.
 * serial   it gives wrong results to concurrent callers: a process-wide lock is held from enter to leave.
 * Scopes nest. Enter and leave on the same thread. */

typedef struct qk_blas_scope {
    int openmp_threads; /* the host's count for this thread */
} qk_blas_scope;

qk_blas_scope qk_blas_enter(void);
void qk_blas_leave(qk_blas_scope scope);

#ifdef __cplusplus
}
#endif

#endif
