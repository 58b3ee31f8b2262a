#pragma once

#include <faiss/impl/NSG.h>
#include <faiss/impl/io.h>
#include <faiss/invlists/InvertedLists.h>

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace cfaiss {

/// Lets `faiss::write_index` write an index as if its large arrays were empty, while the index stays as it is and others
/// search it.
///
/// FAISS hands a writer its members by address: what has been announced under an address is left out, and the number of
/// elements, which FAISS writes just before, becomes 0. `finish` throws unless all that was announced came by, so a FAISS that
/// wrote in another way could not make a wrong skeleton.
class SkeletonWriter final : public faiss::IOWriter {
public:
    /// An array behind its number of elements.
    void leave_out(const void *data, size_t byte_count);
    /// A count that is to be 0.
    void make_zero(const int64_t &count);
    /// All lists; `lists` stays a valid object of `size` empty lists.
    void leave_out(const faiss::InvertedLists &lists);
    /// The links of a graph, which is written as if it were not built.
    void leave_out(const faiss::NSG &graph);

    size_t operator()(const void *data, size_t size, size_t count) override;

    /// What was written; throws if something that was announced was not.
    std::vector<uint8_t> finish();

private:
    enum class Rule { array, bare_array, zero_count, array_lists, nsg };
    struct Expected {
        Rule rule;
        size_t byte_count;
        size_t skipped_calls = 0; // nsg: calls that write links
        bool seen = false;
    };

    void append(const void *data, size_t byte_count);
    [[noreturn]] static void surprise();

    std::unordered_map<const void *, Expected> expected;
    std::vector<uint8_t> bytes;
    size_t calls_to_skip = 0;
    size_t size_calls_left = 0; // of the three in which ArrayInvertedLists' sizes come
};

}  // namespace cfaiss
