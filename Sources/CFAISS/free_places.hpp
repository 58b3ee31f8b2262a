#pragma once

#include <faiss/IndexFastScan.h>

namespace cfaiss {

/// Makes the places behind the last row of the last block zero, on which rows that are added later are laid. Removing and
/// merging leave them as they were.
void clear_free_places(faiss::IndexFastScan &index);

}  // namespace cfaiss
