#ifndef CKERNELS_H
#define CKERNELS_H
#include "qk_blas.h"
#include "qk_rows.h"
#endif
