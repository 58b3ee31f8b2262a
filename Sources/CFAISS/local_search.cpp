#include "local_search.hpp"

#include "index.hpp"

namespace cfaiss {
namespace {

// Recursive, since a progress function may fill another index.
std::recursive_mutex turns;

bool searches_locally(const faiss::Index &index) {
    const std::string kind = factory_text(index);
    return kind.empty() || kind.find("LSQ") != std::string::npos || kind.find("lsq") != std::string::npos;
}

}  // namespace

LocalSearchTurn::LocalSearchTurn(const faiss::Index &index) {
    if (searches_locally(index)) turn = std::unique_lock(turns);
}

}  // namespace cfaiss
