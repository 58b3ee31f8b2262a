#pragma once

#include <faiss/utils/AlignedTable.h>

#include <cstring>
#include <vector>

namespace cfaiss {

/// What members of an index have been lent: arrays in memory that is mapped and not theirs.
///
/// FAISS 1.7.3 keeps its large arrays in `std::vector` members, which cannot be given foreign memory by their own
/// interface. Here, and nowhere else, a vector is handed the addresses of mapped memory and robbed of them again before
/// anything can free or grow it. What makes that hold:
/// - the layout (three pointers: first, end, end of capacity) is libstdc++'s ABI, asserted below as far as a compiler
///   can, and looked at in memory once a process (`layout_is_known`); where it is another, arrays are copied instead;
/// - the index is read-only from then on: whoever calls a FAISS function that changes it checks that first;
/// - a `Borrowings` is destroyed before the index whose members it filled.
class Borrowings {
public:
    Borrowings() = default;
    Borrowings(Borrowings &&other) noexcept { swap(other); }
    Borrowings &operator=(Borrowings &&other) noexcept {
        swap(other);
        return *this;
    }
    Borrowings(const Borrowings &) = delete;
    Borrowings &operator=(const Borrowings &) = delete;

    ~Borrowings() {
        for (void *vector : vectors) std::memset(vector, 0, sizeof(Words));
        for (Table *table : tables) {
            table->tab.ptr = nullptr;
            table->tab.numel = 0;
            table->numel = 0;
        }
    }

    /// Whether a vector can be lent memory.
    static bool layout_is_known() {
        static const bool known = [] {
            std::vector<int> probe(3);
            probe.reserve(5);
            Words words;
            std::memcpy(&words, static_cast<const void *>(&probe), sizeof words);
            const std::vector<int> empty;
            Words nothing;
            std::memcpy(&nothing, static_cast<const void *>(&empty), sizeof nothing);
            return words.first == probe.data() && words.end == probe.data() + probe.size() &&
                words.capacity == probe.data() + probe.capacity() && nothing.first == nullptr &&
                nothing.end == nullptr && nothing.capacity == nullptr;
        }();
        return known;
    }

    template <typename T>
    void lend(std::vector<T> &vector, const T *data, size_t count) {
        static_assert(sizeof(std::vector<T>) == sizeof(Words) && alignof(std::vector<T>) == alignof(Words));
        if (count == 0) return;
        std::vector<T>().swap(vector);
        vectors.push_back(&vector);
        const Words words{data, data + count, data + count};
        std::memcpy(static_cast<void *>(&vector), &words, sizeof words);
    }

    /// An `AlignedTable` says in public what it is made of.
    void lend(faiss::AlignedTable<uint8_t> &table, const uint8_t *data, size_t count) {
        if (count == 0) return;
        table.resize(0);
        tables.push_back(&table);
        table.tab.ptr = const_cast<uint8_t *>(data);
        table.tab.numel = count;
        table.numel = count;
    }

private:
    struct Words {
        const void *first;
        const void *end;
        const void *capacity;
    };
    using Table = faiss::AlignedTable<uint8_t>;

    void swap(Borrowings &other) noexcept {
        vectors.swap(other.vectors);
        tables.swap(other.tables);
    }

    std::vector<void *> vectors;
    std::vector<Table *> tables;
};

}  // namespace cfaiss
