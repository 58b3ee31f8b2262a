#include "selector.hpp"

#include "guarded.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace {

using idx_t = faiss::IDSelector::idx_t;
using Part = std::shared_ptr<const faiss::IDSelector>;

struct LabelRange final : faiss::IDSelector {
    LabelRange(idx_t first, idx_t end) : first(first), end(end) {}
    bool is_member(idx_t label) const override { return label >= first && label < end; }
    const idx_t first, end;
};

struct Bitmap final : faiss::IDSelector {
    explicit Bitmap(std::vector<uint8_t> bytes) : bytes(std::move(bytes)) {}
    bool is_member(idx_t label) const override {
        const auto byte = uint64_t(label) >> 3;
        return byte < bytes.size() && (bytes[byte] >> (label & 7) & 1) != 0;
    }
    const std::vector<uint8_t> bytes;
};

struct SortedLabels final : faiss::IDSelector {
    explicit SortedLabels(std::vector<idx_t> sorted) : sorted(std::move(sorted)) {}
    bool is_member(idx_t label) const override { return std::binary_search(sorted.begin(), sorted.end(), label); }
    const std::vector<idx_t> sorted;
};

struct Not final : faiss::IDSelector {
    explicit Not(Part part) : part(std::move(part)) {}
    bool is_member(idx_t label) const override { return !part->is_member(label); }
    const Part part;
};

struct And final : faiss::IDSelector {
    And(Part left, Part right) : left(std::move(left)), right(std::move(right)) {}
    bool is_member(idx_t label) const override { return left->is_member(label) && right->is_member(label); }
    const Part left, right;
};

struct Or final : faiss::IDSelector {
    Or(Part left, Part right) : left(std::move(left)), right(std::move(right)) {}
    bool is_member(idx_t label) const override { return left->is_member(label) || right->is_member(label); }
    const Part left, right;
};

/// A bitmap answers at once, but is only for labels that lie close: here, at most 16 bytes of it a label.
Part of_labels(std::vector<idx_t> labels) {
    std::sort(labels.begin(), labels.end());
    labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
    const bool close = !labels.empty() && labels.front() >= 0 && labels.back() / 8 / 16 < idx_t(labels.size());
    if (!close) return std::make_shared<SortedLabels>(std::move(labels));
    std::vector<uint8_t> bytes(size_t(labels.back() / 8 + 1), 0);
    for (idx_t label : labels) bytes[size_t(label / 8)] |= uint8_t(1 << (label & 7));
    return std::make_shared<Bitmap>(std::move(bytes));
}

void give(cfaiss_selector **out, Part part, int depth = 1) {
    cfaiss::require(out != nullptr, "a pointer is missing");
    cfaiss::require(depth <= CFAISS_SELECTOR_DEPTH, "selectors are too deep inside each other");
    *out = new cfaiss_selector{std::move(part), depth};
}

}  // namespace

cfaiss_status cfaiss_selector_labels(int64_t n, const int64_t *labels, cfaiss_selector **out) {
    return cfaiss::guarded([&] {
        cfaiss::require(n >= 0 && (n == 0 || labels != nullptr), "the labels are missing");
        give(out, of_labels(std::vector<idx_t>(labels, labels + n)));
    });
}

cfaiss_status cfaiss_selector_range(int64_t first, int64_t end, cfaiss_selector **out) {
    return cfaiss::guarded([&] { give(out, std::make_shared<LabelRange>(first, end)); });
}

cfaiss_status cfaiss_selector_bitmap(size_t byte_count, const uint8_t *bytes, cfaiss_selector **out) {
    return cfaiss::guarded([&] {
        cfaiss::require(byte_count == 0 || bytes != nullptr, "the bitmap is missing");
        give(out, std::make_shared<Bitmap>(std::vector<uint8_t>(bytes, bytes + byte_count)));
    });
}

cfaiss_status cfaiss_selector_not(const cfaiss_selector *selector, cfaiss_selector **out) {
    return cfaiss::guarded([&] {
        cfaiss::require(selector != nullptr, "a pointer is missing");
        if (const auto *inner = dynamic_cast<const Not *>(selector->labels.get())) {
            return give(out, inner->part, selector->depth - 1);
        }
        give(out, std::make_shared<Not>(selector->labels), selector->depth + 1);
    });
}

cfaiss_status cfaiss_selector_and(const cfaiss_selector *left, const cfaiss_selector *right, cfaiss_selector **out) {
    return cfaiss::guarded([&] {
        cfaiss::require(left != nullptr && right != nullptr, "a pointer is missing");
        give(out, std::make_shared<And>(left->labels, right->labels), std::max(left->depth, right->depth) + 1);
    });
}

cfaiss_status cfaiss_selector_or(const cfaiss_selector *left, const cfaiss_selector *right, cfaiss_selector **out) {
    return cfaiss::guarded([&] {
        cfaiss::require(left != nullptr && right != nullptr, "a pointer is missing");
        give(out, std::make_shared<Or>(left->labels, right->labels), std::max(left->depth, right->depth) + 1);
    });
}

int cfaiss_selector_contains(const cfaiss_selector *selector, int64_t label) {
    return selector != nullptr && selector->labels->is_member(label);
}

void cfaiss_selector_destroy(cfaiss_selector *selector) {
    delete selector;
}
