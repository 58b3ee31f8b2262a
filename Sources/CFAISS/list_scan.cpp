#include "list_scan.hpp"

#include "fast/nearest_lists.hpp"
#include "row_distances.hpp"

#include <faiss/IndexIVFAdditiveQuantizer.h>
#include <faiss/IndexIVFFastScan.h>
#include <faiss/IndexIVFPQR.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace cfaiss {
namespace {

using idx_t = faiss::Index::idx_t;

/// Compares single rows of a list.
class ListRows {
public:
    ListRows(const faiss::IndexIVF &index) : index(index), row(size_t(index.d)) {
        const bool decodes = dynamic_cast<const faiss::IndexIVFFastScan *>(&index) != nullptr ||
            dynamic_cast<const faiss::IndexIVFPQR *>(&index) != nullptr;
        if (!decodes) scanner.reset(index.get_InvertedListScanner(false, nullptr));
    }

    void set_query(const float *given) {
        query = given;
        if (scanner != nullptr) scanner->set_query(given);
    }

    void set_list(idx_t given, float coarse_distance) {
        list = given;
        if (scanner != nullptr) scanner->set_list(given, coarse_distance);
    }

    float operator()(size_t position, const uint8_t *codes) {
        if (scanner != nullptr) return scanner->distance_to_code(codes + position * index.code_size);
        index.reconstruct_from_offset(list, int64_t(position), row.data());
        return compare(query, row.data(), index.d, index.metric_type == faiss::METRIC_INNER_PRODUCT);
    }

private:
    const faiss::IndexIVF &index;
    std::unique_ptr<faiss::InvertedListScanner> scanner;
    std::vector<float> row;
    const float *query = nullptr;
    idx_t list = 0;
};

}  // namespace

faiss::SearchParametersIVF list_parameters(const faiss::IndexIVF &index, const SearchSettings &settings) {
    faiss::SearchParametersIVF parameters;
    parameters.nprobe = visited_list_count(index, settings);
    parameters.max_codes = settings.max_codes != 0 ? settings.max_codes : index.max_codes;
    // FAISS only reads selectors, but declares this one mutable.
    parameters.sel = const_cast<faiss::IDSelector *>(settings.selector);
    return parameters;
}

bool selects_in_lists(const faiss::IndexIVF &index) {
    return dynamic_cast<const faiss::IndexIVFAdditiveQuantizer *>(&index) == nullptr &&
        dynamic_cast<const faiss::IndexIVFPQR *>(&index) == nullptr &&
        dynamic_cast<const faiss::IndexIVFFastScan *>(&index) == nullptr;
}

void scan_lists(
    const faiss::IndexIVF &index, idx_t n, const float *queries, const SearchSettings &settings,
    const std::function<void(idx_t query, float distance, idx_t label)> &visit) {
    const size_t nprobe = visited_list_count(index, settings);
    const size_t max_codes = settings.max_codes != 0 ? settings.max_codes : index.max_codes;
    const faiss::IDSelector *selector = settings.selector;
    ListRows rows(index);
    const auto scan = [&](idx_t q, const idx_t *lists, const float *coarse) {
        rows.set_query(queries + size_t(q) * size_t(index.d));
        size_t compared = 0;
        for (size_t probe = 0; probe < nprobe; probe++) {
            if (lists[probe] < 0) continue;
            if (max_codes != 0 && compared >= max_codes) break;
            const auto list = size_t(lists[probe]);
            const size_t size = index.invlists->list_size(list);
            compared += size;
            if (size == 0) continue;
            rows.set_list(lists[probe], coarse[probe]);
            const faiss::InvertedLists::ScopedIds ids(index.invlists, list);
            faiss::InvertedLists::ScopedCodes codes(index.invlists, list);
            for (size_t i = 0; i < size; i++) {
                if (selector == nullptr || selector->is_member(ids[i])) visit(q, rows(i, codes.get()), ids[i]);
            }
        }
    };
    each_piece(index, n, queries, settings, [&](idx_t first, idx_t count, const idx_t *lists, const float *coarse) {
        for (idx_t i = 0; i < count; i++) {
            scan(first + i, lists + size_t(i) * nprobe, coarse + size_t(i) * nprobe);
        }
    });
}

}  // namespace cfaiss
