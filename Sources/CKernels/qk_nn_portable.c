/* Vectors of four floats, which every processor that Swift runs on has. */

#define QK_NN_LANES 4
#define QK_NN_ROWS 6
#define QK_NN_FOR_ROWS(X) X(1) X(2) X(3) X(4) X(5) X(6)
#define QK_NN_TABLE qk_nn_portable
#define QK_NN_TITLE "portable"

#include "qk_nn_body.h"
