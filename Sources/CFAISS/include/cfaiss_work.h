#ifndef CFAISS_WORK_H
#define CFAISS_WORK_H

/* Told on the calling thread how much of `total` is done. Nonzero stops the call with CFAISS_CANCELLED. */
typedef int (*cfaiss_work_progress)(void *context, unsigned long done, unsigned long total);

/* A call starts no more threads than this, whatever it is told. */
#define CFAISS_MOST_THREADS 1024

/* How a long call may work, and how its caller follows it. */
typedef struct cfaiss_work {
    int thread_count; /* the calling thread among them, 1 if less; none is left when the call returns */
    cfaiss_work_progress progress; /* may be NULL */
    void *context;
} cfaiss_work;

#endif
