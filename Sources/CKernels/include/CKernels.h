#ifndef CKERNELS_H
#define CKERNELS_H
#include "qk_nn.h"
#include "qk_rows.h"
#endif
