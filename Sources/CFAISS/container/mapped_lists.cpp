#include "container/mapped_lists.hpp"

#include "guarded.hpp"

namespace cfaiss {

MappedBlockLists::MappedBlockLists(size_t rows_a_block, size_t block_size, ListPlaces places)
    : faiss::BlockInvertedLists(0, rows_a_block, block_size), places(std::move(places)) {
    nlist = this->places.lists.size();
}

void MappedBlockLists::refuse() {
    throw Failure{CFAISS_READ_ONLY, "the lists are mapped and cannot be changed"};
}

}  // namespace cfaiss
