#include "CFAISS.h"
