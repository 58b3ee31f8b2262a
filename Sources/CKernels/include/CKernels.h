#ifndef CKERNELS_H
#define CKERNELS_H
#include "qk_blas.h"
#include "qk_convert.h"
#include "qk_cpu.h"
#include "qk_distance.h"
#include "qk_nn.h"
#include "qk_pq4.h"
#include "qk_rows.h"
#include "qk_scan.h"
#include "qk_sq8.h"
#include "qk_walk.h"
#endif
