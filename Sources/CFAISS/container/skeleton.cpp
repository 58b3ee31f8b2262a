#include "container/skeleton.hpp"

#include "guarded.hpp"

#include <faiss/invlists/BlockInvertedLists.h>

#include <cstring>

namespace cfaiss {

void SkeletonWriter::leave_out(const void *data, size_t byte_count) {
    if (byte_count > 0) expected[data] = {Rule::array, byte_count};
}

void SkeletonWriter::make_zero(const int64_t &count) {
    expected[&count] = {Rule::zero_count, sizeof count};
}

void SkeletonWriter::leave_out(const faiss::InvertedLists &lists) {
    if (const auto *arrays = dynamic_cast<const faiss::ArrayInvertedLists *>(&lists)) {
        expected[&arrays->code_size] = {Rule::array_lists, sizeof arrays->code_size};
        for (size_t list = 0; list < arrays->nlist; list++) {
            const auto &codes = arrays->codes[list];
            const auto &labels = arrays->ids[list];
            if (labels.empty()) continue;
            expected[codes.data()] = {Rule::bare_array, codes.size()};
            expected[labels.data()] = {Rule::bare_array, labels.size() * sizeof labels[0]};
        }
    } else if (const auto *blocks = dynamic_cast<const faiss::BlockInvertedLists *>(&lists)) {
        for (size_t list = 0; list < blocks->nlist; list++) {
            leave_out(blocks->codes[list].get(), blocks->codes[list].nbytes());
            leave_out(blocks->ids[list].data(), blocks->ids[list].size() * sizeof blocks->ids[list][0]);
        }
    } else {
        throw Failure{CFAISS_UNSUPPORTED, "inverted lists of a kind that cannot be written"};
    }
}

void SkeletonWriter::leave_out(const faiss::NSG &graph) {
    if (!graph.is_built) return;
    // Of each row FAISS writes the links and an end mark, each in a call.
    size_t calls = 0;
    for (int row = 0; row < graph.ntotal; row++) {
        int count = 0;
        while (count < graph.R && graph.final_graph->at(row, count) != -1) count++;
        calls += size_t(count) + 1;
    }
    expected[&graph.is_built] = {Rule::nsg, sizeof graph.is_built, calls};
}

size_t SkeletonWriter::operator()(const void *data, size_t size, size_t count) {
    const size_t byte_count = size * count;
    if (calls_to_skip > 0) {
        if (byte_count != sizeof(int)) surprise();
        calls_to_skip--;
        return count;
    }
    if (size_calls_left > 0) {
        // "full" or "sprs", then the number of numbers, then the numbers. None, sparsely, says the same of empty lists.
        constexpr char sparse[4] = {'s', 'p', 'r', 's'};
        constexpr uint64_t none = 0;
        if (size_calls_left == 3) {
            if (byte_count != sizeof sparse) surprise();
            append(sparse, sizeof sparse);
        } else if (size_calls_left == 2) {
            if (byte_count != sizeof none) surprise();
            append(&none, sizeof none);
        }
        size_calls_left--;
        return count;
    }
    const auto found = expected.find(data);
    if (found == expected.end() || found->second.byte_count != byte_count || found->second.seen) {
        append(data, byte_count);
        return count;
    }
    found->second.seen = true;
    switch (found->second.rule) {
    case Rule::array: {
        uint64_t elements = 0;
        if (bytes.size() < sizeof elements) surprise();
        uint8_t *place = bytes.data() + bytes.size() - sizeof elements;
        std::memcpy(&elements, place, sizeof elements);
        // IndexFlat counts float32 numbers and hands over bytes.
        if (elements != count && elements * 4 != count) surprise();
        std::memset(place, 0, sizeof elements);
        break;
    }
    case Rule::bare_array: break;
    case Rule::zero_count: {
        constexpr int64_t zero = 0;
        append(&zero, sizeof zero);
        break;
    }
    case Rule::array_lists:
        append(data, byte_count);
        size_calls_left = 3;
        break;
    case Rule::nsg: {
        constexpr bool is_built = false;
        append(&is_built, sizeof is_built);
        calls_to_skip = found->second.skipped_calls;
        break;
    }
    }
    return count;
}

std::vector<uint8_t> SkeletonWriter::finish() {
    for (const auto &entry : expected) {
        if (!entry.second.seen) surprise();
    }
    return std::move(bytes);
}

void SkeletonWriter::append(const void *data, size_t byte_count) {
    const auto *start = static_cast<const uint8_t *>(data);
    bytes.insert(bytes.end(), start, start + byte_count);
}

void SkeletonWriter::surprise() {
    throw Failure{CFAISS_UNSUPPORTED, "this FAISS writes an index in another way than is known here"};
}

}  // namespace cfaiss
