/* The kernels of qk_nn.h for one instruction set. A file that includes this defines
 *   QK_NN_LANES         floats in a vector register
 *   QK_NN_ROWS          rows of a register tile, so that 2 * QK_NN_ROWS accumulators, the two vectors of a
 *                       panel's row and one broadcast fit in the registers
 *   QK_NN_FOR_ROWS(X)   X(1) ... X(QK_NN_ROWS)
 *   QK_NN_TABLE         the name of the qk_nn_kernels to define
 *   QK_NN_TITLE         its `name`
 * and sets the target attributes around the inclusion. */

#include "include/qk_nn.h"
#include "qk_nn_vector.h"
#include "qk_nn_gemm.h"
#include "qk_nn_rows.h"
#include "qk_nn_attention.h"

const qk_nn_kernels QK_NN_TABLE = {
    .name = QK_NN_TITLE,
    .panel_width = PANEL,
    .pack = pack,
    .linear = linear,
    .layer_norm = layer_norm,
    .attention = attention,
    .attention_scratch = attention_scratch,
};
