#include "structure/structure.hpp"

namespace cfaiss::structure {

void check_lists(const faiss::InvertedLists *lists, size_t list_count, int64_t count, Labels labels) {
    expect(lists != nullptr && lists->nlist == list_count, "the number of lists does not agree");
    size_t total = 0;
    for (size_t list = 0; list < list_count; list++) {
        const size_t size = lists->list_size(list);
        total += size;
        if (size == 0 || labels == Labels::any) continue;
        const faiss::InvertedLists::ScopedIds ids(lists, list);
        bool good = true;
        for (size_t i = 0; i < size; i++) good &= ids[i] >= 0 && ids[i] < count;
        expect(good, "a list holds a label out of range");
    }
    expect(total == size_t(count), "the lists hold more or fewer rows than the index counts");
}

}  // namespace cfaiss::structure
