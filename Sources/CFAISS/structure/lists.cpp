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

void check_direct_map(const faiss::DirectMap &map, const faiss::InvertedLists &lists, int64_t count) {
    const auto check_place = [&](int64_t place) {
        // −1 marks a label that was removed.
        if (place == -1) return;
        expect(place >= 0 && faiss::lo_listno(uint64_t(place)) < lists.nlist &&
                   faiss::lo_offset(uint64_t(place)) < lists.list_size(faiss::lo_listno(uint64_t(place))),
               "a direct map leads out of the lists");
    };
    switch (map.type) {
    case faiss::DirectMap::NoMap: return;
    case faiss::DirectMap::Array:
        expect(map.array.size() == size_t(count), "a direct map has more or fewer entries than the index has rows");
        for (const int64_t place : map.array) check_place(place);
        return;
    case faiss::DirectMap::Hashtable:
        for (const auto &entry : map.hashtable) check_place(entry.second);
        return;
    }
    expect(false, "a direct map of a kind that is not supported");
}

}  // namespace cfaiss::structure
