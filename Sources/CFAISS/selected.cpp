#include "selected.hpp"

#include "guarded.hpp"

#include <faiss/IndexPreTransform.h>

namespace cfaiss {

void require_labels(const faiss::Index &index) {
    if (const auto *outer = dynamic_cast<const faiss::IndexPreTransform *>(&index)) {
        return require_labels(*outer->index);
    }
    const auto *map = dynamic_cast<const faiss::IndexIDMap *>(&index);
    if (map == nullptr || !lacks_labels(*map)) return;
    throw Failure{CFAISS_EXCEPTION, "some rows have no labels, because adding them failed half way"};
}

}  // namespace cfaiss
