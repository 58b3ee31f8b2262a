#include "free_places.hpp"

#include <faiss/impl/pq4_fast_scan.h>

namespace cfaiss {

void clear_free_places(faiss::IndexFastScan &index) {
    const size_t places = index.codes.size() * 2 / index.M2;
    for (size_t row = size_t(index.ntotal); row < places; row++) {
        for (size_t part = 0; part < index.M2; part++) {
            faiss::pq4_set_packed_element(index.codes.get(), 0, size_t(index.bbs), index.M2, row, part);
        }
    }
}

}  // namespace cfaiss
