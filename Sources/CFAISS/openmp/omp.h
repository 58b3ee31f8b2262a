#ifndef CFAISS_OMP_H
#define CFAISS_OMP_H

/* FAISS's graph headers include <omp.h> for the lock type alone, and clang brings none. These are libgomp's
 * types and functions (it is the runtime that libfaiss.a was built against), as far as this module uses them. */

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    unsigned char opaque[4] __attribute__((aligned(4)));
} omp_lock_t;

void omp_init_lock(omp_lock_t *lock);
void omp_destroy_lock(omp_lock_t *lock);

#ifdef __cplusplus
}
#endif

#endif
