#ifndef CFAISS_H
#define CFAISS_H
#include "CKernels.h"
#endif
