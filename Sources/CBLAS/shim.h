#include <cblas.h>
#include <stddef.h>

// Of LAPACK, which every flavour of OpenBLAS in Debian has inside: all eigenvalues, ascending, and eigenvectors of a symmetric
// matrix. Fortran's: arguments by address, and the lengths of the strings behind them.
void dsyevd_(const char *job, const char *triangle, const int *order, double *matrix, const int *leading_dimension, double *values,
             double *work, const int *work_count, int *integers, const int *integer_count, int *information, size_t job_length,
             size_t triangle_length);
