#ifndef QUIVER_H
#define QUIVER_H
#include <stdint.h>
#endif
